"""Survey definitions as YAML text: what `machikoe survey import` and the admin read and write."""

from pathlib import Path
from typing import Any, Final

import yaml

from feedback.errors import Invalid, NotFound
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of, document_of

LONGEST: Final = 1_000_000
_TEMPLATES: Final = Path(__file__).parent / "survey_templates"


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: ``yes`` and ``no`` are words (choices are often called so), and no key comes twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((one for place, one in enumerate(keys) if one in keys[:place]), None)
        if twice is not None:
            raise Invalid(f"{node.start_mark.line + 1}行目から：「{twice}」が二度書かれています。")
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> Definition:
    """The definition that YAML text holds. Invalid says the line, or what is missing."""
    if len(text) > LONGEST:
        raise Invalid("ファイルが大きすぎます。")
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{mark.line + 1}行目の近く：" if mark else ""
        raise Invalid(f"{where}YAML として読めません。字下げと記号を確かめてください。") from None
    except RecursionError:
        raise Invalid("YAML として読めません。") from None
    if not isinstance(document, dict):
        raise Invalid("アンケートの定義が書かれていません。")
    return definition_of(document)


def dump(definition: Definition) -> str:
    """The definition as YAML text; read again it is the same."""
    text: str = yaml.safe_dump(document_of(definition), allow_unicode=True, sort_keys=False, width=110)
    return text


def template_names() -> list[str]:
    """Names of the definitions that ship: to begin from, not to send as they are."""
    return sorted(path.stem for path in _TEMPLATES.glob("*.yaml"))


def template_text(name: str) -> str:
    """The YAML of one that ships. NotFound."""
    if name not in template_names():
        raise NotFound(f"ひな形「{name}」はありません。あるのは {'、'.join(template_names())} です。")
    return (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
