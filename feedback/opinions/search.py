"""Full-text search in Japanese: an index of character pairs, which needs no dictionary.

Any words of two or more characters are found, names of places too. SQLite keeps the pairs as a phrase in FTS5;
PostgreSQL keeps them as an array of numbers under a GIN index (words cost it twice as much to sort), beside the
folded text that settles the order.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    column,
    delete,
    event,
    literal_column,
    select,
    table,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from feedback.db import among
from feedback.opinions.models import Matter, Note
from feedback.rows import write_rows

SEARCH_TABLE = "matter_search"
MOST_HITS = 10_000
"""Lists of so many ids are still quicker than asking each matter."""
_MERGED_SOMETHING = 2
"""Fewer changes than this mean that the index had nothing to merge (SQLite's documentation of FTS5)."""
_SPACES = re.compile(r"\s+")
_SEARCH = table(
    SEARCH_TABLE,
    column("rowid", Integer),
    column("matter_id", Integer),
    column("pairs", ARRAY(BigInteger)),
    column("folded", Text),
)
_PHRASES = table(SEARCH_TABLE, column("rowid", Integer), column("pairs", Text))
"""The same on SQLite."""
_CHARACTER_BITS = 21
_ANSWERS = table("answers", column("id", Integer), column("matter_id", Integer), column("body", Text))
"""By name, since answers are built on opinions and not the other way round."""
_NOBODY_TYPES = "\ue000"
"""Parts a matter's words, notes and answers, so that nothing is found across them."""


def fold(words: str) -> str:
    """Text as the index sees it: NFKC, lower case, no white space, no NUL."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", words).casefold()).replace("\0", "")


def pairs(folded: str) -> list[str]:
    """The character pairs of a folded text in order, as hexadecimal tokens that no tokenizer splits."""
    return list(map("g".join, pairwise(map(_hexadecimal, folded))))


@lru_cache(maxsize=8192)
def _hexadecimal(character: str) -> str:
    return f"{ord(character):x}"


def numbers(folded: str) -> list[int]:
    """The character pairs of a folded text, each once, as numbers: two code points side by side."""
    return sorted({one << _CHARACTER_BITS | other for one, other in pairwise(map(ord, folded))})


def index(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Put matters (id, text) into the index, replacing what it had of them."""
    found = list(texts)
    if found:
        forget(session, [matter_id for matter_id, _ in found])
        index_new(session, found)


def index_new(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Put matters into the index that are certainly not in it yet."""
    folded = [(matter_id, fold(words)) for matter_id, words in texts]
    if _is_sqlite(session):
        write_rows(session, _PHRASES, [{"rowid": i, "pairs": " ".join(pairs(words))} for i, words in folded])
    else:
        rows = [{"matter_id": i, "pairs": numbers(words), "folded": words} for i, words in folded]
        write_rows(session, _SEARCH, rows)


def forget(session: Session, matter_ids: Iterable[int]) -> None:
    """Take matters out of the index."""
    key = _SEARCH.c.rowid if _is_sqlite(session) else _SEARCH.c.matter_id
    session.execute(delete(_SEARCH).where(key.in_(list(matter_ids))))


def compact(session: Session, *, first: bool, pages: int = 400) -> bool:
    """Drop from SQLite's index what it keeps of words that are gone: it strikes them out, and clears them only here.

    Works on about so many pages, since others wait meanwhile; ``first`` begins. Returns whether there is more to do.
    """
    if not _is_sqlite(session):
        return False
    changes = sql("SELECT total_changes()")
    before = session.scalar(changes) or 0
    session.execute(
        sql("INSERT INTO matter_search(matter_search, rank) VALUES ('merge', :pages)"),
        {"pages": -pages if first else pages},
    )
    return (session.scalar(changes) or 0) - before >= _MERGED_SOMETHING


@dataclass(frozen=True, slots=True)
class Hits:
    """What the index knows of a query: ids of the matters that contain its words, or None when they are too many.

    Few hits are looked up by id; of many, a list asks each matter in its own order and soon has a page full. The
    database cannot choose between the two by itself, since it takes the pairs of a word for independent.
    """

    words: tuple[str, ...]
    ids: tuple[int, ...] | None

    @property
    def many(self) -> bool:
        """Whether certainly more matters than `MOST_HITS` contain all the words."""
        return self.ids is None and all(len(word) > 1 for word in self.words)


def look_up(session: Session, query: str) -> Hits:
    """Ask the index for every word of a query, whatever its width or case. One statement."""
    words = tuple(folded for folded in map(fold, query.split()) if folded)
    found = _matching(session, words)
    if found is None:
        return Hits(words, None)
    ids = tuple(session.scalars(found.limit(MOST_HITS + 1)))
    return Hits(words, ids if len(ids) <= MOST_HITS else None)


def matches(session: Session, query: str) -> ColumnElement[bool]:
    """Condition on `Matter`: its text, notes or answers contain every word of the query. Asks the index first."""
    return contains(session, look_up(session, query))


def contains(session: Session, hits: Hits) -> ColumnElement[bool]:
    """Condition on `Matter`: its text, notes or answers contain every word; one letter is sought in the text only."""
    single = [Matter.text.contains(word, autoescape=True) for word in hits.words if len(word) < 2]
    return and_(true(), *single, _in_index(session, hits))


def _in_index(session: Session, hits: Hits) -> ColumnElement[bool]:
    if hits.ids is not None:
        return among(session, Matter.id, hits.ids)
    found = _matching(session, hits.words)
    if found is None or _is_sqlite(session):
        return true() if found is None else Matter.id.in_(found)
    long = [_SEARCH.c.folded.contains(word, autoescape=True) for word in hits.words if len(word) > 1]
    return select(and_(*long)).where(_SEARCH.c.matter_id == Matter.id).correlate(Matter).scalar_subquery()


def _matching(session: Session, words: Sequence[str]) -> Select[int] | None:
    """Ids of the matters that contain every word of two letters or more; None without such a word."""
    long = [word for word in words if len(word) > 1]
    if not long:
        return None
    if _is_sqlite(session):
        phrases = " AND ".join('"' + " ".join(pairs(word)) + '"' for word in long)
        return select(_SEARCH.c.rowid).where(literal_column(SEARCH_TABLE).op("MATCH")(phrases))
    together = sorted({number for word in long for number in numbers(word)})
    like = (_SEARCH.c.folded.contains(word, autoescape=True) for word in long)
    return select(_SEARCH.c.matter_id).where(_SEARCH.c.pairs.contains(together), *like)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def refresh(session: Session, matter_ids: Iterable[int]) -> None:
    """Put matters into the index anew: their words, and behind them their notes and answers."""
    ids = sorted(set(matter_ids))
    if not ids:
        return
    words: dict[int, list[str]] = {}
    texts = select(Matter.id, Matter.text).where(Matter.id.in_(ids))
    notes = select(Note.matter_id, Note.text).where(Note.matter_id.in_(ids)).order_by(Note.id)
    answers = select(_ANSWERS.c.matter_id, _ANSWERS.c.body).where(_ANSWERS.c.matter_id.in_(ids))
    for matter_id, text in (
        *session.execute(texts),
        *session.execute(notes),
        *session.execute(answers.order_by(_ANSWERS.c.id)),
    ):
        words.setdefault(matter_id, []).append(text)
    index(session, [(matter_id, _NOBODY_TYPES.join(texts)) for matter_id, texts in words.items()])


@event.listens_for(Session, "after_flush")
def _keep_index(session: Session, _context: UOWTransaction) -> None:
    """Every flush that adds a matter or changes its words, notes or answers changes the index with it."""
    new = [matter for matter in session.new if isinstance(matter, Matter)]
    index_new(session, [(matter.id, matter.text) for matter in new])
    changed = [matter.id for matter in session.dirty if isinstance(matter, Matter) and _changed(matter, "text")]
    added = [one.matter_id for one in session.new if isinstance(one, Note) or _is_answer(one)]
    answers = [one.matter_id for one in session.dirty if _is_answer(one) and _changed(one, "body")]
    refresh(session, [*changed, *added, *answers])


def _is_answer(row: Any) -> bool:
    return getattr(row, "__tablename__", None) == _ANSWERS.name


def _changed(row: object, name: str) -> bool:
    return get_history(row, name, PASSIVE_NO_INITIALIZE).has_changes()
