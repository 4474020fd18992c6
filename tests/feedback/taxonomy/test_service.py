from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from feedback.answers import templates
from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.deadlines import queries as deadline_queries
from feedback.deadlines import service as deadlines
from feedback.deadlines.service import load
from feedback.errors import Invalid, NotAllowed
from feedback.exchange import exporting
from feedback.exchange.exporting import Selection
from feedback.learning.lessons import lessons
from feedback.learning.quality import quality
from feedback.opinions import service as opinions
from feedback.opinions.models import HistoryEntry, Label, Matter
from feedback.opinions.queries import Filter, Tab, _conditions
from feedback.opinions.rules import MatterStatus
from feedback.routing import editing
from feedback.routing.editing import AreaWords
from feedback.routing.models import Area, RoutingRule
from feedback.statistics.dashboard import dashboard
from feedback.statistics.filters import FigureFilter
from feedback.taxonomy import queries, service
from feedback.taxonomy.mapping import area_mapping, area_now, areas_today, names_of_areas
from feedback.taxonomy.service import NewArea
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import NOW, Cast

LATER = NOW + timedelta(hours=1)
GREEN = NewArea("green_space", "みどりと公園", "みどり", None)
PERIOD = FigureFilter(date(2026, 4, 1), date(2027, 3, 31))


def close(database: Database, matter_id: int) -> None:
    with database.write() as session:
        session.get_one(Matter, matter_id).status = MatterStatus.CLOSED


def shares(database: Database) -> dict[str | None, int]:
    with database.read() as session:
        return {one.key: one.count for one in dashboard(session, PERIOD, today=date(2026, 11, 24)).areas}


def merge(database: Database, cast: Cast, *, into: service.Part = GREEN, reroute: bool = True) -> int:
    with database.write() as session:
        made = service.merge(
            session, sources=["parks", "roads"], into=into, reroute=reroute, actor=cast.kochi, at=LATER
        )
        return made.number


def test_a_merge_moves_open_matters_and_keeps_what_was_decided(database: Database, cast: Cast) -> None:
    closed, opened = write_opinion(database, NOW, area="parks"), write_opinion(database, NOW, area="parks")
    close(database, closed)
    before = matter_of(database, opened)
    total = sum(shares(database).values())
    merge(database, cast)
    assert matter_of(database, closed).area_key == "parks"
    moved = matter_of(database, opened)
    assert (moved.area_key, moved.version) == ("green_space", before.version + 1)
    with database.read() as session:
        steps = session.scalars(select(HistoryEntry).where(HistoryEntry.matter_id == opened)).all()
        (step,) = [one for one in steps if one.action == "area"]
        assert (step.before, step.after, step.staff_id) == ("parks", "green_space", cast.kochi.id)
        assert not session.get_one(Area, "parks").active
        assert session.get_one(Area, "green_space").active
        assert session.scalar(select(func.count()).select_from(RoutingRule).where(RoutingRule.area_key == "parks")) == 0
        assert [area_now(session, key) for key in ("parks", "waste", "green_space")] == [
            "green_space",
            "waste",
            "green_space",
        ]
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.staff_id == cast.kochi.id)).all()
        assert "taxonomy.merge" in actions
    assert shares(database) == {"green_space": 2}
    assert sum(shares(database).values()) == total


def test_matters_begun_or_sent_by_hand_stay_with_their_department(database: Database, cast: Cast) -> None:
    fresh, begun, by_hand = (write_opinion(database, NOW, area="parks") for _ in range(3))
    with database.write() as session:
        session.get_one(Matter, begun).status = MatterStatus.IN_PROGRESS
        other = session.get_one(Area, "environment").department_id
        assert other is not None
        opinions.route(session, by_hand, actor=cast.kochi, version=1, at=NOW, department_id=other)
    first = matter_of(database, fresh).department_id
    merge(database, cast, into="roads")
    roads = matter_of(database, write_opinion(database, LATER, area="roads")).department_id
    assert roads not in {first, other}
    assert [matter_of(database, one).department_id for one in (fresh, begun, by_hand)] == [roads, first, other]


def test_without_sending_on_only_the_area_changes(database: Database, cast: Cast) -> None:
    matter_id = write_opinion(database, NOW, area="parks")
    before = matter_of(database, matter_id).department_id
    merge(database, cast, into="roads", reroute=False)
    after = matter_of(database, matter_id)
    assert (after.area_key, after.department_id) == ("roads", before)


def test_a_merge_is_taken_back_while_nobody_has_used_it(database: Database, cast: Cast) -> None:
    matter_id = write_opinion(database, NOW, area="parks")
    before = matter_of(database, matter_id)
    with database.read() as session:
        rules = [(one.id, one.area_key) for one in session.scalars(select(RoutingRule).order_by(RoutingRule.id))]
    number = merge(database, cast, into="roads")
    with database.write() as session:
        assert queries.undoable(session) == number
        service.undo(session, number=number, actor=cast.admin, at=LATER)
        with pytest.raises(Invalid):
            service.undo(session, number=number, actor=cast.admin, at=LATER)
    after = matter_of(database, matter_id)
    assert (after.area_key, after.department_id) == (before.area_key, before.department_id)
    with database.read() as session:
        found = session.scalars(select(RoutingRule).order_by(RoutingRule.id))
        assert [(one.id, one.area_key) for one in found] == rules
        assert session.get_one(Area, "parks").active
        assert area_now(session, "parks") == "parks"


def test_what_people_have_used_is_not_taken_back(database: Database, cast: Cast) -> None:
    matter_id = write_opinion(database, NOW, area="parks")
    number = merge(database, cast, into="roads")
    with database.write() as session:
        opinions.set_urgent(session, matter_id, actor=cast.kochi, version=2, at=LATER, urgent=True)
    with database.write() as session:
        assert queries.undoable(session) is None
        with pytest.raises(Invalid, match="使われた"):
            service.undo(session, number=number, actor=cast.kochi, at=LATER)


def test_a_new_opinion_in_the_merged_area_ends_the_undoing(database: Database, cast: Cast) -> None:
    number = merge(database, cast)
    write_opinion(database, LATER + timedelta(minutes=1), area="green_space")
    with database.write() as session, pytest.raises(Invalid, match="使われた"):
        service.undo(session, number=number, actor=cast.kochi, at=LATER)


def test_a_split_sorts_by_words_and_leaves_the_rest_to_people(database: Database, cast: Cast) -> None:
    trees = write_opinion(database, NOW, area="parks", text="街路樹の毛虫がすごい")
    rest = write_opinion(database, NOW, area="parks", text="なんとかしてください")
    old = write_opinion(database, NOW, area="parks", text="街路樹が好き")
    close(database, old)
    with database.write() as session:
        made = service.split(
            session,
            source="parks",
            parts=[(GREEN, ["街路樹", "花壇"]), ("roads", [])],
            reroute=True,
            actor=cast.kochi,
            at=LATER,
        )
        number = made.number
    assert [matter_of(database, one).area_key for one in (trees, rest, old)] == ["green_space", "parks", "parks"]
    with database.read() as session:
        assert [one.id for one in queries.unsorted(session, "parks")] == [rest]
        assert queries.versions(session)[0].left == 1
        assert queries.not_learnt(session) == ["green_space"]
        mapping = area_mapping(session)
        assert names_of_areas(session, mapping)["parks"] == "みどり・道路（分割前）"
        assert "parks" not in areas_today(session, mapping)
        assert queries.split_change(session, number) is not None
        assert queries.split_change(session, number + 1) is None
    assert shares(database) == {"parks": 2, "green_space": 1}


@pytest.mark.parametrize(
    ("sources", "into"),
    [(["parks"], "parks"), ([], "roads"), (["parks", "none"], "roads"), (["parks", "roads"], "none")],
)
def test_merges_that_cannot_be(database: Database, cast: Cast, sources: list[str], into: str) -> None:
    with database.write() as session, pytest.raises(Invalid):
        service.merge(session, sources=sources, into=into, reroute=True, actor=cast.kochi, at=NOW)


@pytest.mark.parametrize("parts", [["roads"], ["roads", "roads"], ["parks", "roads"], ["roads", "none"]])
def test_splits_that_cannot_be(database: Database, cast: Cast, parts: list[str]) -> None:
    with database.write() as session, pytest.raises(Invalid):
        service.split(
            session,
            source="parks",
            parts=[(one, []) for one in parts],
            reroute=True,
            actor=cast.kochi,
            at=NOW,
        )


def test_who_may_not_manage_changes_no_areas(database: Database, cast: Cast) -> None:
    with database.write() as session:
        for actor in (cast.tanaka, cast.suzuki):
            with pytest.raises(NotAllowed):
                service.merge(session, sources=["parks"], into="roads", reroute=True, actor=actor, at=NOW)
            with pytest.raises(NotAllowed):
                service.split(session, source="parks", parts=[], reroute=True, actor=actor, at=NOW)
            with pytest.raises(NotAllowed):
                service.retire(session, key="parks", actor=actor, at=NOW)
            with pytest.raises(NotAllowed):
                service.undo(session, number=1, actor=actor, at=NOW)
        assert queries.versions(session) == []


def test_adding_renaming_and_retiring_make_versions_too(database: Database, cast: Cast) -> None:
    def save(name: str, *, new: bool = False, active: bool = True) -> None:
        with database.write() as session:
            words = AreaWords(name, "宇宙", "", None, active)
            editing.save_area(session, key="space", words=words, new=new, actor=cast.kochi, at=NOW)

    save("宇宙", new=True)
    save("宇宙開発")
    save("宇宙開発")
    save("宇宙開発", active=False)
    save("宇宙開発")
    with database.write() as session:
        service.retire(session, key="space", actor=cast.kochi, at=NOW)
    with database.read() as session:
        told = [one.operation.value for one in reversed(queries.versions(session))]
        assert told == ["add", "rename", "retire", "restore", "retire"]
        assert queries.not_learnt(session) == []
        assert queries.undoable(session) == 5


def test_figures_filters_exports_and_lessons_follow(database: Database, cast: Cast) -> None:
    old = write_opinion(database, NOW, area="parks")
    with database.write() as session:
        session.add(Label(matter_id=old, source="staff", field="area", value="parks", staff_id=cast.kochi.id, at=NOW))
    close(database, old)
    merge(database, cast, into="roads")
    with database.read() as session:
        found = session.scalars(
            select(Matter.id).where(
                *_conditions(
                    session, actor=cast.kochi, tab=Tab.ALL, wanted=Filter(area="roads"), today=date(2026, 11, 24)
                )
            )
        )
        assert list(found) == [old]
        assert exporting.count(session, Selection(areas=("roads",))) == 1
        assert [one.area for one in lessons(session)] == ["roads"]
        (cell,) = quality(session, PERIOD.scope).by_area
        assert (cell.key, cell.right, cell.n) == ("roads", 1, 1)
    (row,) = exporting.records(database.read, Selection(areas=("roads",)))
    assert (row["area"], row["area_now"], row["area_now_name"]) == ("parks", "roads", "道路・橋・街路灯・除雪")


def test_what_a_change_would_touch(database: Database, cast: Cast) -> None:
    write_opinion(database, NOW, area="parks")
    close(database, write_opinion(database, NOW, area="parks"))
    set_standards(database, cast, ("parks", None, 5))
    with database.read() as session:
        found = queries.touched(session, ["parks"])
    assert (found.matters, found.open, found.corrections, found.templates, found.standards) == (2, 1, 0, 0, 1)


Standard = tuple[str | None, str | None, int]


def set_standards(database: Database, cast: Cast, *standards: Standard) -> None:
    with database.write() as session:
        for area, kind, days in standards:
            deadlines.save_standard(session, area_key=area, kind=kind, business_days=days, actor=cast.kochi, at=NOW)


def standards_of(database: Database, *areas: str) -> set[Standard]:
    with database.read() as session:
        rows = deadline_queries.standards(session)
        return {(row.area_key, row.kind, row.business_days) for row in rows if row.area_key in areas}


def test_an_area_made_of_several_has_their_shortest_standards(database: Database, cast: Cast) -> None:
    before: list[Standard] = [
        ("parks", None, 12),
        ("roads", None, 7),
        ("roads", "request", 3),
        ("environment", "request", 20),
    ]
    set_standards(database, cast, *before)
    number = merge(database, cast, into="roads")
    assert standards_of(database, "parks", "roads") == {("roads", None, 7), ("roads", "request", 3)}
    with database.write() as session:
        service.undo(session, number=number, actor=cast.kochi, at=LATER)
        assert load(session).days("parks", None) == 12
    assert standards_of(database, "parks", "roads", "environment") == set(before)
    number = merge(database, cast)
    assert standards_of(database, "parks", "roads", "green_space") == {
        ("green_space", None, 7),
        ("green_space", "request", 3),
    }
    set_standards(database, cast, ("green_space", None, 4))
    with database.write() as session:
        service.undo(session, number=number, actor=cast.kochi, at=LATER)
    assert standards_of(database, "parks", "roads", "environment", "green_space") == {*before, ("green_space", None, 4)}


def test_parts_take_over_the_standards_and_a_part_with_its_own_keeps_them(database: Database, cast: Cast) -> None:
    before: list[Standard] = [("parks", None, 12), ("parks", "request", 3), ("roads", None, 7)]
    set_standards(database, cast, *before)
    parts: list[tuple[service.Part, list[str]]] = [(GREEN, ["花"]), ("roads", [])]
    with database.write() as session:
        number = service.split(session, source="parks", parts=parts, reroute=False, actor=cast.kochi, at=LATER).number
    assert standards_of(database, "parks", "roads", "green_space") == {
        *before,
        ("green_space", None, 12),
        ("green_space", "request", 3),
    }
    with database.read() as session:
        assert {row.area_key for row in deadline_queries.standards(session) if not row.is_used} == {"parks"}
    with database.write() as session:
        service.undo(session, number=number, actor=cast.kochi, at=LATER)
    assert standards_of(database, "parks", "roads", "green_space") == set(before)


def test_templates_are_offered_first_for_what_their_area_became(database: Database, cast: Cast) -> None:
    def first(area: str) -> str:
        with database.read() as session:
            return templates.templates_for(session, area)[0].name

    with database.write() as session:
        words = templates.TemplateWords("ん・公園の返事", "ありがとうございます。", area_key="parks")
        templates.save_template(session, template_id=None, words=words, actor=cast.kochi, at=NOW)
        usual = templates.TemplateWords("あ・いつもの返事", "ありがとうございます。")
        templates.save_template(session, template_id=None, words=usual, actor=cast.kochi, at=NOW)
    assert (first("parks"), first("roads")) == (words.name, usual.name)
    parts: list[tuple[service.Part, list[str]]] = [(GREEN, []), ("roads", [])]
    with database.write() as session:
        service.split(session, source="parks", parts=parts, reroute=False, actor=cast.kochi, at=LATER)
    assert [first(one) for one in ("green_space", "roads", "parks")] == [words.name] * 3
    assert first("environment") == usual.name
    with database.write() as session:
        number = service.merge(
            session,
            sources=["green_space", "environment"],
            into="environment",
            reroute=False,
            actor=cast.kochi,
            at=LATER,
        ).number
    assert first("environment") == words.name
    with database.write() as session:
        service.undo(session, number=number, actor=cast.kochi, at=LATER)
    assert first("environment") == usual.name
