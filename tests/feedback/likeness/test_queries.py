from datetime import timedelta

from sqlalchemy import select, true, update

from feedback.db import Database
from feedback.departments.models import Department
from feedback.likeness import queries
from feedback.opinions.models import Matter
from feedback.opinions.queries import Filter, Sort, Tab, page
from feedback.opinions.rules import MatterStatus, Outcome
from tests.conftest import NOW, Cast
from tests.feedback.likeness.index import index_all, receive_of

TEXT = "市立中央図書館の夜間開館を続けてください。仕事帰りに寄れる場所がなくなると困ります。"
OTHER = "ひばり台公園のブランコの板が割れています。子どもがけがをする前に直してください。"
TODAY = NOW.date()


class Nearest:
    """Says what it is told, with falling closeness, and keeps what it was asked."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.asked: list[tuple[int, int | None]] = []

    def nearest(self, matter_id: int, *, department_id: int | None, limit: int) -> list[tuple[int, float]]:
        self.asked.append((matter_id, department_id))
        return [(one, 0.9 - 0.01 * n) for n, one in enumerate(self.ids)][:limit]


def move(database: Database, matter_id: int, code: str) -> None:
    with database.write() as session:
        department = session.scalars(select(Department.id).where(Department.code == code)).one()
        session.execute(update(Matter).where(Matter.id == matter_id).values(department_id=department))


def test_a_group_counts_people_not_messages(database: Database, cast: Cast) -> None:
    ids = [receive_of(database, TEXT, person=who) for who in ("a", "a", "a", "b", None, None)]
    receive_of(database, OTHER, person="c")
    index_all(database)
    with database.read() as session:
        found = queries.copies_of(session, ids[0], actor=cast.kochi)
        sizes = queries.sizes(session, [ids[1]], among=true())
    assert found is not None
    # Two citizens, and two entries of nobody known that count as one each.
    assert found.size == queries.Size(matters=6, people=4)
    assert sizes == {ids[1]: (ids[0], queries.Size(6, 4))}
    assert {one.id for one in found.listed} == set(ids[1:])


def test_a_department_counts_and_sees_its_own_copies_only(database: Database, cast: Cast) -> None:
    ids = [receive_of(database, TEXT, person=who) for who in ("a", "b", "c")]
    index_all(database)
    move(database, ids[2], "environment")
    with database.read() as session:
        own = queries.copies_of(session, ids[0], actor=cast.tanaka)
        alone = queries.copies_of(session, ids[2], actor=cast.sato)
    assert own is not None
    assert own.size == queries.Size(2, 2)
    assert [one.id for one in own.listed] == [ids[1]]
    assert alone is None


def test_who_is_alone_has_no_group(database: Database, cast: Cast) -> None:
    matter_id = receive_of(database, TEXT)
    index_all(database)
    with database.read() as session:
        assert queries.copies_of(session, matter_id, actor=cast.kochi) is None


def test_earlier_opinions_say_what_became_of_them(database: Database, cast: Cast) -> None:
    old = receive_of(database, OTHER + "電話は090-1234-5678です。", at=NOW - timedelta(days=30))
    later = receive_of(database, OTHER + "なぜ直さないのか説明を求めます。", at=NOW + timedelta(days=1))
    asked = receive_of(database, "公園のブランコをもっと増やしてほしいです。")
    index_all(database)
    with database.write() as session:
        matter = session.get_one(Matter, old)
        matter.status, matter.outcome, matter.outcome_reason = MatterStatus.ANSWERED, Outcome.DONE, "板を交換しました。"
        matter.answered_at = NOW - timedelta(days=20)
    nearest = Nearest([later, old, asked, 999_999])
    with database.read() as session:
        [found] = queries.earlier_like(session, asked, actor=cast.kochi, similar=nearest)
    assert (found.id, found.outcome, found.reason) == (old, Outcome.DONE, "板を交換しました。")
    assert found.answered_at == NOW - timedelta(days=20)
    assert "090-1234-5678" not in found.excerpt
    assert nearest.asked == [(asked, None)]


def test_a_department_is_shown_its_own_earlier_opinions_only(database: Database, cast: Cast) -> None:
    theirs = receive_of(database, OTHER, at=NOW - timedelta(days=3))
    own = receive_of(database, "公園の遊具を増やしてほしい。ブランコが足りません。", at=NOW - timedelta(days=3))
    asked = receive_of(database, "公園のブランコをもっと増やしてほしいです。")
    index_all(database)
    move(database, theirs, "environment")
    nearest = Nearest([theirs, own])
    with database.read() as session:
        found = queries.earlier_like(session, asked, actor=cast.tanaka, similar=nearest)
    assert [one.id for one in found] == [own]
    assert nearest.asked == [(asked, cast.tanaka.department_id)]


def test_of_a_text_sent_many_times_one_is_named(database: Database, cast: Cast) -> None:
    copies = [receive_of(database, TEXT, at=NOW - timedelta(days=n)) for n in (5, 4, 3)]
    asked = receive_of(database, "中央図書館は夜も開いていてほしいです。")
    index_all(database)
    with database.read() as session:
        found = queries.earlier_like(session, asked, actor=cast.kochi, similar=Nearest(copies))
        mine = queries.earlier_like(session, copies[2], actor=cast.kochi, similar=Nearest(copies[:2]))
    assert len(found) == 1
    assert mine == []


def folded(database: Database, cast: Cast, *, sort: Sort = Sort.NEW, who: str = "kochi", **wanted: object) -> list[int]:
    with database.read() as session:
        found = page(
            session,
            actor=cast[who],
            tab=Tab.ALL,
            wanted=Filter(folded=True, **wanted),  # type: ignore[arg-type]  # names of its fields
            sort=sort,
            today=TODAY,
        )
        return [row.id for row in found.rows]


def test_a_folded_list_shows_one_of_each_text(database: Database, cast: Cast) -> None:
    ids = [receive_of(database, TEXT, at=NOW + timedelta(minutes=n)) for n in range(3)]
    other = receive_of(database, OTHER, at=NOW + timedelta(minutes=9))
    assert folded(database, cast) == [other, *ids[::-1]]
    index_all(database)
    assert folded(database, cast) == [other, ids[2]]
    assert folded(database, cast, sort=Sort.OLD) == [ids[0], other]
    assert folded(database, cast, words="図書館") == [ids[2]]


def test_folding_keeps_one_that_meets_the_conditions(database: Database, cast: Cast) -> None:
    ids = [receive_of(database, TEXT, at=NOW + timedelta(minutes=n)) for n in range(3)]
    index_all(database)
    move(database, ids[2], "environment")
    assert folded(database, cast, who="tanaka") == [ids[1]]
    assert folded(database, cast, who="sato") == [ids[2]]


def test_a_group_can_be_listed(database: Database, cast: Cast) -> None:
    ids = [receive_of(database, TEXT, at=NOW + timedelta(minutes=n)) for n in range(3)]
    receive_of(database, OTHER)
    index_all(database)
    with database.read() as session:
        found = page(session, actor=cast.kochi, tab=Tab.ALL, wanted=Filter(group=ids[0]), sort=Sort.OLD, today=TODAY)
    assert [row.id for row in found.rows] == ids
