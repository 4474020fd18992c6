"""Revision 0005: the pairs of the search index are made anew from its folded text."""

import pytest
import sqlalchemy as sa

from app import migrating
from feedback.db import Database
from feedback.opinions import search
from tests.databases import opened, postgres_database

_WORDS = ["桜通りの街路灯", "あ", "", "𠮷野家の前のｂus", "ええええ"]


@pytest.mark.postgres
def test_pairs_are_what_the_application_makes_of_the_same_words_and_go_back() -> None:
    with postgres_database() as url, opened(url) as database:
        migrating.upgrade(database, "0004")
        folded = list(map(search.fold, _WORDS))
        words = [sorted(set(search.pairs(one))) for one in folded]
        with database.engine.begin() as connection:
            for n, (pairs, text) in enumerate(zip(words, folded, strict=True)):
                connection.execute(
                    sa.text("INSERT INTO matter_search (matter_id, pairs, folded) VALUES (:n, :pairs, :text)"),
                    {"n": n, "pairs": pairs, "text": text},
                )
        migrating.upgrade(database, "0005")
        assert _kept(database) == list(map(search.numbers, folded))
        migrating.downgrade(database, "0004")
        assert _kept(database) == words


def _kept(database: Database) -> list[list[object]]:
    with database.engine.connect() as connection:
        rows = connection.scalars(sa.text("SELECT pairs FROM matter_search ORDER BY matter_id"))
        return [sorted(pairs) for pairs in rows]
