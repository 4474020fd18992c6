"""Full-text search in Japanese: an index of character pairs, which needs no dictionary.

Any words of two or more characters are found, names of places too. SQLite keeps the pairs as a phrase in FTS5;
PostgreSQL keeps them as an array under a GIN index, beside the folded text that settles the order.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    cast,
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

from feedback.db import write_rows
from feedback.opinions.models import Matter

SEARCH_TABLE = "matter_search"
_MERGED_SOMETHING = 2
"""Fewer changes than this mean that the index had nothing to merge (SQLite's documentation of FTS5)."""
_SPACES = re.compile(r"\s+")
_SEARCH = table(
    SEARCH_TABLE,
    column("rowid", Integer),
    column("matter_id", Integer),
    column("pairs", ARRAY(Text)),
    column("folded", Text),
)


def fold(words: str) -> str:
    """Text as the index sees it: NFKC, lower case, no white space, no NUL."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", words).casefold()).replace("\0", "")


def pairs(folded: str) -> list[str]:
    """The character pairs of a folded text in order, as hexadecimal tokens that no tokenizer splits."""
    return [f"{ord(a):x}g{ord(b):x}" for a, b in pairwise(folded)]


def index(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Put matters (id, text) into the index, replacing what it had of them."""
    folded = [(matter_id, fold(words)) for matter_id, words in texts]
    if not folded:
        return
    if _is_sqlite(session):
        session.execute(
            sql("INSERT OR REPLACE INTO matter_search(rowid, pairs) VALUES (:id, :pairs)"),
            [{"id": matter_id, "pairs": " ".join(pairs(words))} for matter_id, words in folded],
        )
    else:
        session.execute(
            sql(
                "INSERT INTO matter_search(matter_id, pairs, folded) VALUES (:id, :pairs, :folded) ON CONFLICT"
                " (matter_id) DO UPDATE SET pairs = excluded.pairs, folded = excluded.folded"
            ),
            [{"id": i, "pairs": sorted(set(pairs(words))), "folded": words} for i, words in folded],
        )


def index_new(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Put matters into the index that are certainly not in it yet, many at a time."""
    if _is_sqlite(session):
        index(session, texts)
        return
    folded = ((matter_id, fold(words)) for matter_id, words in texts)
    rows = [{"matter_id": i, "pairs": sorted(set(pairs(words))), "folded": words} for i, words in folded]
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


def matches(session: Session, query: str) -> ColumnElement[bool]:
    """Condition on `Matter`: its text contains every word of the query, whatever its width or case."""
    return and_(true(), *(_contains(session, folded) for folded in map(fold, query.split()) if folded))


def _contains(session: Session, folded: str) -> ColumnElement[bool]:
    tokens = pairs(folded)
    if not tokens:
        return Matter.text.contains(folded, autoescape=True)
    if _is_sqlite(session):
        phrase = '"' + " ".join(tokens) + '"'
        found = select(_SEARCH.c.rowid).where(literal_column(SEARCH_TABLE).op("MATCH")(phrase))
    else:
        found = select(_SEARCH.c.matter_id).where(
            _SEARCH.c.pairs.contains(cast(sorted(set(tokens)), ARRAY(Text))),
            _SEARCH.c.folded.contains(folded, autoescape=True),
        )
    return Matter.id.in_(found)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


@event.listens_for(Session, "after_flush")
def _keep_index(session: Session, _context: UOWTransaction) -> None:
    """Every flush that adds a matter or changes its words changes the index in the same transaction."""
    changed = [matter for matter in session.new if isinstance(matter, Matter)]
    changed += [matter for matter in session.dirty if isinstance(matter, Matter) and _new_words(matter)]
    index(session, [(matter.id, matter.text) for matter in changed])


def _new_words(matter: Matter) -> bool:
    return get_history(matter, "text", PASSIVE_NO_INITIALIZE).has_changes()
