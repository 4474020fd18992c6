from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from feedback.db import Database
from feedback.errors import Invalid
from feedback.links import service as links
from feedback.links.queries import around, members
from feedback.links.rules import LinkKind
from feedback.opinions import search, service, splitting
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import HistoryEntry, Matter, MatterReading, Note
from feedback.opinions.rules import pieces
from feedback.ports import Reading
from feedback.routing.service import load_router
from tests.admin.opinions import reading, write_opinion
from tests.conftest import Cast, FakeClock

TEXT = "歩道が暗いです。街灯をつけてください。\n公園のブランコも壊れています。"


class FakeReader:
    version = "test-1"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [reading("parks") for _ in texts]


def split(
    database: Database, matter_id: int, cast: Cast, clock: FakeClock, groups: list[int], **more: Any
) -> list[int]:
    with database.write() as session:
        return splitting.split(
            session,
            matter_id,
            actor=cast.kochi,
            version=1,
            at=clock(),
            groups=groups,
            rules=IntakeRules(router=load_router(session)),
            **more,
        )


@given(st.text(alphabet="あい。！？!?\n」 x"))
def test_pieces_join_to_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_pieces_end_with_sentences() -> None:
    assert pieces(TEXT) == ["歩道が暗いです。", "街灯をつけてください。\n", "公園のブランコも壊れています。"]


def test_a_split_reads_and_routes_the_new_matter(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    (new_id,) = split(database, matter_id, cast, clock, [1, 1, 2], reader=FakeReader())
    with database.read() as session:
        old, new = session.get_one(Matter, matter_id), session.get_one(Matter, new_id)
        assert old.text == "歩道が暗いです。街灯をつけてください。\n"
        assert (new.text, new.number, new.area_key) == ("公園のブランコも壊れています。", 2, "parks")
        assert new.department_id != old.department_id
        assert session.scalars(select(Matter.id).where(search.matches(session, "ブランコ"))).all() == [new_id]
        assert session.scalars(select(MatterReading.matter_id)).all() == [matter_id, new_id]


def test_without_a_reader_the_new_matter_waits_beside_the_old(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    (new_id,) = split(database, matter_id, cast, clock, [1, 2, 1])
    with database.read() as session:
        old, new = session.get_one(Matter, matter_id), session.get_one(Matter, new_id)
        assert new.department_id == old.department_id
        assert new.area_key is None


@pytest.mark.parametrize(
    ("groups", "words"),
    [([1, 1, 1], "二つ以上"), ([1, 2], "文章が変わりました"), ([1, 2, 10], "9件まで"), ([0, 1, 2], "9件まで")],
)
def test_a_split_that_makes_no_sense_is_refused(
    database: Database, cast: Cast, clock: FakeClock, groups: list[int], words: str
) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    with pytest.raises(Invalid, match=words):
        split(database, matter_id, cast, clock, groups)


def test_merging_back_gives_the_words_as_they_came(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    (new_id,) = split(database, matter_id, cast, clock, [2, 1, 2])
    with database.write() as session:
        service.add_note(session, new_id, actor=cast.kochi, at=clock(), text="残すメモ")
        old, new = session.get_one(Matter, matter_id), session.get_one(Matter, new_id)
        splitting.merge(
            session,
            matter_id,
            actor=cast.kochi,
            version=old.version,
            at=clock(),
            other_id=new_id,
            other_version=new.version,
        )
    with database.read() as session:
        assert session.scalars(select(Matter.id)).all() == [matter_id]
        assert session.get_one(Matter, matter_id).text == TEXT
        assert session.scalars(select(Note.matter_id)).all() == [matter_id]
        assert set(session.scalars(select(HistoryEntry.matter_id))) == {matter_id}
        assert session.scalars(select(Matter.id).where(search.matches(session, "ブランコ"))).all() == [matter_id]


def test_only_matters_of_one_submission_merge(database: Database, cast: Cast, clock: FakeClock) -> None:
    one, other = write_opinion(database, clock()), write_opinion(database, clock())
    with database.write() as session, pytest.raises(Invalid, match="同じ受付"):
        splitting.merge(session, one, actor=cast.kochi, version=1, at=clock(), other_id=other, other_version=1)


def test_a_merge_keeps_links_and_the_place_in_a_group(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    friend, member = write_opinion(database, clock()), write_opinion(database, clock())
    (second,) = split(database, matter_id, cast, clock, [1, 1, 2])
    with database.write() as session:
        common: dict[str, Any] = {"actor": cast.kochi, "at": clock(), "kind": LinkKind.RELATED}
        for one, other in ((matter_id, second), (second, friend), (matter_id, friend), (member, second)):
            links.link(session, one, other=other, **common)
        links.group(session, [second, member], actor=cast.kochi, at=clock())
        session.flush()
        versions = dict(iter(session.execute(select(Matter.id, Matter.version))))
        splitting.merge(
            session,
            matter_id,
            actor=cast.kochi,
            version=versions[matter_id],
            at=clock(),
            other_id=second,
            other_version=versions[second],
        )
    with database.read() as session:
        seen = around(session, matter_id, actor=cast.kochi)
        assert [(one.row.id, one.back) for one in seen.links] == [(friend, False), (member, True)]
        assert [row.id for row in seen.group] == [member]


def test_a_merge_inside_a_group_of_two_leaves_none(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text=TEXT)
    (second,) = split(database, matter_id, cast, clock, [1, 1, 2])
    with database.write() as session:
        links.group(session, [matter_id, second], actor=cast.kochi, at=clock())
        session.flush()
        links.take_over(session, matter_id, merged_id=second)
        assert members(session, matter_id) == []
