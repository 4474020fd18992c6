import re
import subprocess
import sys
from pathlib import Path

import pytest

from feedback import __version__
from feedback.config import Settings
from tests.architecture.project import ROOT, files, text

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def headings(name: str) -> list[int]:
    """Levels of a page's headings, in order; what stands in code blocks is none."""
    plain = re.sub(r"^```.*?^```", "", text(name), flags=re.DOTALL | re.MULTILINE)
    return [len(marks) for marks in re.findall(r"^(#+) ", plain, flags=re.MULTILINE)]


def test_settings_and_commands_are_documented_as_they_are() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/write_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_meaning(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert description.endswith(".")
    assert f"`MACHIKOE_{name.upper()}`" in text("docs/settings.md")


def blocks(name: str) -> list[list[str]]:
    """What a page asks the reader to type."""
    found = re.findall(r"^ *```sh$(.*?)^ *```$", text(name), flags=re.DOTALL | re.MULTILINE)
    return [[line.strip() for line in block.strip().splitlines()] for block in found]


def test_the_readmes_say_the_same_in_two_languages() -> None:
    assert headings("README.md") == headings("README.ja.md")
    assert blocks("README.md") == blocks("README.ja.md")


def test_the_change_log_begins_with_this_version() -> None:
    versions = re.findall(r"^## \[?([0-9]+\.[0-9]+\.[0-9]+)", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert versions[0] == __version__


@pytest.mark.parametrize("page", [str(path) for path in files() if path.suffix == ".md" and path.parts[0] != "tests"])
def test_links_lead_somewhere(page: str) -> None:
    targets = [one for one in _LINK.findall(text(page)) if "://" not in one and not one.startswith("mailto:")]
    # Pictures are made from the running program.
    broken = [one for one in targets if not (ROOT / Path(page).parent / one).exists() and "images/" not in one]
    assert not broken


@pytest.mark.parametrize(
    "name", [str(path) for path in files() if path.parts[:2] in {("docs", "ja"), ("docs", "deploy")}]
)
def test_variables_and_commands_in_manuals_exist(name: str) -> None:
    variables = set(re.findall(r"\bMACHIKOE_([A-Z0-9_]+)", text(name)))
    known = {field.upper() for field in Settings.model_fields}
    assert {v.removesuffix("_FILE") if v not in known else v for v in variables} <= known
    groups = set(re.findall(r"`machikoe ([a-z]+)", text(name)))
    documented = set(re.findall(r"^## `machikoe ([a-z]+)", text("docs/commands.md"), flags=re.MULTILINE))
    assert groups <= documented | {"demo"}


def test_every_make_target_is_explained() -> None:
    makefile = text("Makefile")
    declared = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, flags=re.MULTILINE))
    assert declared == explained
    for target in re.findall(r"`make ([a-z-]+)", text("README.md") + text("CONTRIBUTING.md")):
        assert target in explained, target


def test_decisions_are_numbered_and_short() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    assert all(page.read_text("utf-8").count("\n") <= 60 for page in pages)
