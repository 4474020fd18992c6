"""The starter corpus: opinions and other messages written for this project. See DATASHEET.md beside the files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
AREAS = (
    "roads",
    "transport",
    "parks",
    "water",
    "environment",
    "disaster",
    "safety",
    "childcare",
    "education",
    "elderly",
    "disability",
    "health",
    "welfare",
    "industry",
    "agriculture",
    "culture",
    "housing",
    "counter_tax",
    "pr_digital",
    "governance",
    "out_of_scope",
)
KINDS = ("request", "complaint", "proposal", "question", "thanks", "report", "other")
SAFETY = ("emergency", "self_harm", "abuse", "hazard", "threat")
CHATTER = ("greeting", "thanks", "test", "spam", "command")
LANGUAGES = ("ja", "en", "zh-Hans", "zh-Hant", "ko", "pt", "vi", "es")
OPINION_FILES = ("opinions", "safety", "safety_negative", "languages")


@dataclass(frozen=True, slots=True)
class Opinion:
    """One labelled message. ``writer`` is who wrote it: evaluation never mixes a writer's texts."""

    id: str
    text: str
    area: str
    also: tuple[str, ...]
    kind: str
    urgency: str
    safety: str | None
    language: str
    writer: str
    source: str


@dataclass(frozen=True, slots=True)
class Chatter:
    """A message that is no opinion, and of what class."""

    id: str
    text: str
    kind: str
    writer: str


class CorpusError(ValueError):
    """A line of the corpus does not follow the schema; the message names it."""


def _lines(name: str, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            yield f"{name}.jsonl:{number}", json.loads(line)


def _require(condition: bool, where: str, what: str) -> None:
    if not condition:
        raise CorpusError(f"{where}: {what}")


def _opinion(where: str, row: dict[str, Any], source: str) -> Opinion:
    _require(bool(row["text"].strip()), where, "empty text")
    _require(row["area"] in AREAS, where, f"area {row['area']}")
    _require(all(area in AREAS and area != row["area"] for area in row["also"]), where, f"also {row['also']}")
    _require(row["kind"] in KINDS, where, f"kind {row['kind']}")
    _require(row["urgency"] in {"normal", "high"}, where, f"urgency {row['urgency']}")
    _require(row["safety"] is None or row["safety"] in SAFETY, where, f"safety {row['safety']}")
    _require(row["language"] in LANGUAGES, where, f"language {row['language']}")
    return Opinion(
        row["id"],
        row["text"],
        row["area"],
        tuple(row["also"]),
        row["kind"],
        row["urgency"],
        row["safety"],
        row["language"],
        row["writer"],
        source,
    )


@lru_cache(maxsize=4)
def opinions(folder: Path = FOLDER) -> tuple[Opinion, ...]:
    """All labelled messages in file order. Raises CorpusError for a line outside the schema."""
    return tuple(_opinion(where, row, name) for name in OPINION_FILES for where, row in _lines(name, folder))


def chatter(folder: Path = FOLDER) -> tuple[Chatter, ...]:
    """Messages that say nothing to the city, in file order."""
    found = []
    for where, row in _lines("chatter", folder):
        _require(row["class"] in CHATTER, where, f"class {row['class']}")
        found.append(Chatter(row["id"], row["text"], row["class"], row["writer"]))
    return tuple(found)


def handbook(folder: Path = FOLDER) -> tuple[tuple[str, str], ...]:
    """What each area deals with, as (area, phrase): the departments' view, written as terms and short phrases."""
    found = []
    for where, row in _lines("handbook", folder):
        _require(row["area"] in AREAS, where, f"area {row['area']}")
        found += [(row["area"], phrase) for phrase in row["phrases"]]
    return tuple(found)
