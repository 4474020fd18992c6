"""What citizens read, one key a sentence, in ``<lang>.toml``. Missing keys of a language fall back to Japanese."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

DEFAULT_LANGUAGE: Final = "ja"


@cache
def load(language: str = DEFAULT_LANGUAGE) -> Mapping[str, str]:
    """All sentences of a language by their dotted keys."""
    source = files("bot.texts").joinpath(f"{language}.toml")
    own = dict(_flat(tomllib.loads(source.read_text("utf-8")))) if source.is_file() else {}
    return own if language == DEFAULT_LANGUAGE else {**load(), **own}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@cache
def lines(keys: tuple[str, ...], language: str = DEFAULT_LANGUAGE) -> str:
    """Sentences one a line, as a template. KeyError names a key that is in no file."""
    texts = load(language)
    return "\n".join(texts[key] for key in keys)


NOTICE_VERSION: Final = load()["notice.version"]
"""Version of the privacy notice in force; changing the notice's text means changing it."""
