"""Emergency numbers and their careful words, from the file shipped or the city's own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from feedback.config import SettingsError

SECTIONS: Final = ("contact", "emergency", "self_harm", "abuse", "hazard", "threat")


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call, whose it is, and when it answers."""

    number: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """What is said in one kind of emergency: sentences, numbers, sentences."""

    lead: tuple[str, ...]
    calls: tuple[Call, ...]
    tail: tuple[str, ...] = ()


@cache
def load(path: Path | None = None) -> Mapping[str, Help]:
    """All sections; what a city's file leaves out comes from the file shipped. SettingsError when it is wrong."""
    shipped = _read(tomllib.loads(files("bot").joinpath("emergency.toml").read_text("utf-8")))
    if path is None:
        return shipped
    try:
        return {**shipped, **_read(tomllib.loads(path.read_text("utf-8")))}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(f"MACHIKOE_EMERGENCY_FILE: {path} cannot be used ({error}).") from error


def _read(tables: Mapping[str, Any]) -> dict[str, Help]:
    return {name: _help(table) for name, table in tables.items() if name in SECTIONS}


def _help(table: Mapping[str, Any]) -> Help:
    calls = tuple(Call(str(row["number"]), str(row["name"]), str(row.get("note", ""))) for row in table["calls"])
    if not calls:
        raise ValueError("a section has no numbers")
    return Help(tuple(map(str, table.get("lead", []))), calls, tuple(map(str, table.get("tail", []))))
