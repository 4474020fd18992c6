"""Word lists that rules use, kept as data so that a city's staff can read them."""

import tomllib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def word_lists(name: str) -> dict[str, tuple[str, ...]]:
    """All lists of one file, by their key."""
    parsed = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: tuple(words) for key, words in parsed.items()}
