from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import text as sql

from feedback.db import Database
from feedback.opinions import search
from feedback.opinions.models import Matter
from tests.feedback.opinions.people import opinion, words

TEXTS = {
    "roads": "中央通りの道路に穴があいていて危険です。",
    "parks": "ﾁｭｳｵｳ公園のブランコがこわれている。AEDもない 100%困る",
    "emoji": "👍🏽 すごい_図書館",
    "long": "ゴミ" * 3000 + "最後だけ珍しい言葉",
}


@pytest.fixture
def matters(database: Database, now: datetime) -> dict[str, int]:
    with database.write() as session:
        return {name: opinion(session, words(text, now)).matters[0].id for name, text in TEXTS.items()}


def found(database: Database, query: str) -> set[int]:
    with database.read() as session:
        return set(session.scalars(select(Matter.id).where(search.matches(session, query))))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("道路", {"roads"}),
        ("穴", {"roads"}),
        ("チュウオウ", {"parks"}),
        ("ａｅｄ", {"parks"}),
        ("公園 ブランコ", {"parks"}),
        ("公園 道路", set()),
        ("危 険", {"roads"}),
        ("危険　道路", {"roads"}),
        ("路道", set()),
        ("100%", {"parks"}),
        ("い_図", {"emoji"}),
        ("い%図", set()),
        ("👍🏽", {"emoji"}),
        ("珍しい言葉", {"long"}),
        ("中央通りの穴", set()),
        ('" OR 1=1', set()),
        ("道路*", set()),
        ("穴があ\0いて", {"roads"}),
        ("", set(TEXTS)),
        ("  　", set(TEXTS)),
    ],
)
def test_any_words_are_found_whatever_their_width(
    database: Database, matters: dict[str, int], query: str, names: set[str]
) -> None:
    assert found(database, query) == {matters[name] for name in names}


def test_changed_words_are_found_and_the_old_ones_are_not(database: Database, matters: dict[str, int]) -> None:
    with database.write() as session:
        session.get_one(Matter, matters["roads"]).text = "街路灯が切れている"
    assert found(database, "街路灯") == {matters["roads"]}
    assert found(database, "中央通り") == set()


def test_erased_words_leave_nothing_in_the_index(database: Database, matters: dict[str, int]) -> None:
    with database.write() as session:
        session.get_one(Matter, matters["roads"]).text = ""
    assert found(database, "道路") == set()
    with database.write() as session:
        search.forget(session, [matters["parks"]])
    assert found(database, "公園") == set()


def test_an_undone_change_leaves_the_index_alone(database: Database, matters: dict[str, int]) -> None:
    with database.write() as session:
        inner = session.begin_nested()
        session.get_one(Matter, matters["roads"]).text = "街路灯が切れている"
        session.flush()
        inner.rollback()
    assert found(database, "街路灯") == set()
    assert found(database, "道路") == {matters["roads"]}


def test_indexing_nothing_is_fine(database: Database) -> None:
    with database.write() as session:
        search.index(session, [])
        search.forget(session, [])


@given(st.text(max_size=60))
@example("İ\u0345ﾟ\0 \u3000")
def test_a_folded_text_has_one_pair_less_than_letters_and_no_space_or_nul(text: str) -> None:
    folded = search.fold(text)
    assert not any(letter.isspace() or letter == "\0" for letter in folded)
    assert len(search.pairs(folded)) == max(len(folded) - 1, 0)


@given(st.text(min_size=2, max_size=20), st.text(max_size=10), st.text(max_size=10))
def test_the_pairs_of_a_piece_stand_in_the_pairs_of_the_whole(piece: str, before: str, after: str) -> None:
    folded = search.fold(piece)
    whole = search.pairs(search.fold(before) + folded + search.fold(after))
    inside = search.pairs(folded)
    assert any(whole[n : n + len(inside)] == inside for n in range(len(whole) - len(inside) + 1))


def test_pairs_are_tokens_of_plain_letters() -> None:
    assert search.pairs("道路") == ["9053g8def"]


def test_compacting_clears_what_the_index_struck_out(database: Database, now: datetime) -> None:
    if not database.is_sqlite:
        with database.write() as session:
            assert not search.compact(session, first=True)
        return
    for number in range(3):
        with database.write() as session:
            secret = opinion(session, words(f"鑿魑という言葉{number}", now)).matters[0].id
            opinion(session, words(f"ほかの言葉{number}", now))
        with database.write() as session:
            session.get_one(Matter, secret).text = ""
    assert _in_index(database, b"g9b51")
    first = more = True
    while more:
        with database.write() as session:
            more = search.compact(session, first=first)
        first = False
    assert not _in_index(database, b"g9b51")
    assert len(found(database, "ほかの言葉")) == 3


def _in_index(database: Database, token: bytes) -> bool:
    with database.read() as session:
        blocks = session.scalars(sql("SELECT block FROM matter_search_data")).all()
    return any(token in block for block in blocks)
