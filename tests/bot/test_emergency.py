from pathlib import Path

import pytest

from bot import emergency
from feedback.config import SettingsError


def test_the_numbers_shipped() -> None:
    sections = emergency.load()
    numbers = {call.number for section in sections.values() for call in section.calls}
    assert {"119", "110", "189", "#7119", "#9110", "#8008", "#9910", "0120-279-338"} <= numbers
    assert sections["self_harm"].calls[0].number == "0120-279-338"


def test_a_citys_own_file_replaces_sections_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[emergency]\nlead = ["a"]\ncalls = [{ number = "119", name = "b" }]\n', "utf-8")
    sections = emergency.load(path)
    assert sections["emergency"].lead == ("a",)
    assert sections["abuse"] == emergency.load()["abuse"]


@pytest.mark.parametrize(
    "content", ["[", "[emergency]\nlead = []\ncalls = []\n", "emergency = 3\n", "[abuse]\nlead = [1]\n"]
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="MACHIKOE_EMERGENCY_FILE"):
        emergency.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be used"):
        emergency.load(tmp_path / "none.toml")
