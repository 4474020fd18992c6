from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.opinions import outcomes, service, undoing
from feedback.opinions.models import HistoryEntry, Label, Matter, Note
from feedback.opinions.rules import Kind, MatterStatus, Outcome, Source
from feedback.routing.service import load_router
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock

Act = Callable[..., Any]


@pytest.fixture
def matter_id(database: Database, clock: FakeClock) -> int:
    return write_opinion(database, clock(), area="roads")


@pytest.fixture
def session(database: Database, matter_id: int) -> Iterator[Session]:
    assert matter_id  # written before this transaction takes SQLite's write lock
    with database.write() as session:
        yield session


@pytest.fixture
def matter(session: Session, matter_id: int) -> Matter:
    return session.get_one(Matter, matter_id)


def department(session: Session, code: str) -> int:
    return session.scalars(select(Department.id).where(Department.code == code)).one()


def labels(session: Session, matter: Matter) -> list[tuple[str, str | None]]:
    found = session.scalars(select(Label).where(Label.matter_id == matter.id).order_by(Label.id))
    return [(one.field, one.value) for one in found]


def last_step(session: Session, matter: Matter) -> HistoryEntry:
    return session.scalars(
        select(HistoryEntry).where(HistoryEntry.matter_id == matter.id).order_by(HistoryEntry.id.desc()).limit(1)
    ).one()


def test_correcting_the_area_labels_and_reroutes(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    moved = service.correct(
        session,
        matter.id,
        actor=cast.tanaka,
        version=1,
        at=clock(),
        router=load_router(session),
        area_key="parks",
        kind=Kind.REQUEST,
    )
    assert moved
    assert (matter.area_key, matter.area_source, matter.kind) == ("parks", Source.STAFF, Kind.REQUEST)
    assert matter.department_id == department(session, "parks")
    assert labels(session, matter) == [("area", "parks"), ("kind", "request")]
    actions = session.scalars(select(HistoryEntry.action).where(HistoryEntry.matter_id == matter.id)).all()
    assert actions[-3:] == ["area", "kind", "routed"]


def test_correcting_without_rerouting_leaves_the_department(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    router = load_router(session)
    before = matter.department_id
    common: dict[str, Any] = {"actor": cast.tanaka, "at": clock(), "router": router, "reroute": False}
    assert not service.correct(session, matter.id, version=1, area_key="parks", kind=None, **common)
    assert matter.department_id == before
    with pytest.raises(Invalid, match="今と同じ"):
        service.correct(session, matter.id, version=2, area_key="parks", kind=None, **common)
    with pytest.raises(Invalid, match="分野を選び直して"):
        service.correct(session, matter.id, version=2, area_key="nonsense", kind=None, **common)


def test_the_moments_of_a_matter_are_kept(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    def step(status: MatterStatus, reason: str = "") -> None:
        service.set_status(
            session,
            matter.id,
            actor=cast.kochi,
            version=matter.version,
            at=clock.advance(minutes=1),
            status=status,
            reason=reason,
        )

    step(MatterStatus.IN_PROGRESS)
    step(MatterStatus.CLOSED, "電話で解決したため")
    assert matter.started_at is not None
    assert matter.closed_at is not None
    assert matter.started_at < matter.closed_at
    assert last_step(session, matter).reason == "回答不要：電話で解決したため"
    step(MatterStatus.REOPENED, "まだ直っていない")
    assert matter.closed_at is None


def test_difficult_needs_its_reason(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    common: dict[str, Any] = {"actor": cast.tanaka, "at": clock(), "outcome": Outcome.DIFFICULT}
    with pytest.raises(Invalid, match="理由"):
        outcomes.set_outcome(session, matter.id, version=1, reason=" ", **common)
    outcomes.set_outcome(session, matter.id, version=1, reason="予算がないため", **common)
    assert (matter.outcome, matter.outcome_reason) == (Outcome.DIFFICULT, "予算がないため")


def test_assigning_stays_inside_the_department(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    common: dict[str, Any] = {"actor": cast.tanaka, "at": clock()}
    with pytest.raises(Invalid, match="担当課の職員"):
        service.assign(session, matter.id, version=1, assignee_id=cast.sato.id, **common)
    service.assign(session, matter.id, version=1, assignee_id=cast.tanaka.id, **common)
    assert matter.assignee_id == cast.tanaka.id
    service.assign(session, matter.id, version=matter.version, assignee_id=None, **common)
    assert matter.assignee_id is None


def test_the_due_date_moves_with_a_reason(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    common: dict[str, Any] = {"actor": cast.tanaka, "at": clock(), "due_on": date(2026, 12, 25)}
    with pytest.raises(Invalid, match="理由"):
        service.set_due(session, matter.id, version=1, reason="", **common)
    service.set_due(session, matter.id, version=1, reason="現地確認のため", **common)
    assert matter.due_on == date(2026, 12, 25)
    assert last_step(session, matter).reason == "現地確認のため"


def test_notes(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    for bad in ("  ", "あ" * 4001):
        with pytest.raises(Invalid):
            service.add_note(session, matter.id, actor=cast.tanaka, at=clock(), text=bad)
    service.add_note(session, matter.id, actor=cast.tanaka, at=clock(), text=" 確認した ")
    assert session.scalars(select(Note.text)).all() == ["確認した"]
    assert matter.version == 1


def test_not_our_department_goes_to_the_suggestion_then_to_the_desk(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    parks, kocho, roads = (department(session, code) for code in ("parks", "kocho", "roads"))
    common: dict[str, Any] = {"at": clock(), "reason": "公園の中です"}
    assert service.decline(session, matter.id, actor=cast.tanaka, version=1, suggestion_id=parks, **common) == parks
    assert matter.bounces == 1
    with pytest.raises(NotFound):
        service.decline(session, matter.id, actor=cast.tanaka, version=matter.version, **common)
    service.decline(
        session,
        matter.id,
        actor=cast.admin,
        version=matter.version,
        suggestion_id=department(session, "roads"),
        **common,
    )
    decided = service.decline(
        session, matter.id, actor=cast.tanaka, version=matter.version, suggestion_id=parks, **common
    )
    assert decided == kocho
    assert matter.bounces == 3
    assert ("not_department", str(roads)) in labels(session, matter)


def test_not_our_department_needs_a_reason_and_another_department(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    with pytest.raises(Invalid, match="理由"):
        service.decline(session, matter.id, actor=cast.tanaka, version=1, at=clock(), reason=" ")
    with pytest.raises(Invalid, match="別の課"):
        service.decline(
            session, matter.id, actor=cast.tanaka, version=1, at=clock(), reason="x", suggestion_id=matter.department_id
        )


def test_work_begun_elsewhere_begins_anew(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    service.set_status(session, matter.id, actor=cast.tanaka, version=1, at=clock(), status=MatterStatus.IN_PROGRESS)
    service.assign(
        session, matter.id, actor=cast.tanaka, version=matter.version, at=clock(), assignee_id=cast.tanaka.id
    )
    service.route(
        session,
        matter.id,
        actor=cast.kochi,
        version=matter.version,
        at=clock(),
        department_id=department(session, "parks"),
    )
    assert matter.status is MatterStatus.ROUTED
    assert matter.assignee_id is None
    assert matter.bounces == 0


def changes(session: Session, cast: Cast, clock: FakeClock, matter_id: int) -> dict[str, Act]:
    at = clock()
    return {
        "correct": lambda **who: service.correct(
            session, matter_id, at=at, router=load_router(session), area_key="parks", kind=None, **who
        ),
        "status": lambda **who: service.set_status(session, matter_id, at=at, status=MatterStatus.IN_PROGRESS, **who),
        "outcome": lambda **who: outcomes.set_outcome(
            session, matter_id, at=at, outcome=Outcome.DONE, reason="", **who
        ),
        "assign": lambda **who: service.assign(session, matter_id, at=at, assignee_id=cast.tanaka.id, **who),
        "due": lambda **who: service.set_due(session, matter_id, at=at, due_on=date(2026, 12, 1), reason="確認", **who),
        "urgent": lambda **who: service.set_urgent(session, matter_id, at=at, urgent=True, **who),
        "decline": lambda **who: service.decline(session, matter_id, at=at, reason="違う", **who),
        "route": lambda **who: service.route(
            session, matter_id, at=at, department_id=department(session, "parks"), **who
        ),
    }


CHANGES = ["correct", "status", "outcome", "assign", "due", "urgent", "decline", "route"]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_guarded_and_audited(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock, change: str
) -> None:
    act = changes(session, cast, clock, matter.id)[change]
    with pytest.raises(NotFound):
        act(actor=cast.sato, version=1)
    with pytest.raises(NotAllowed):
        act(actor=cast.suzuki, version=1)
    with pytest.raises(Conflict, match="変更は保存していません"):
        act(actor=cast.kochi, version=99)
    act(actor=cast.kochi, version=1)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.staff_id == cast.kochi.id)).all()
    assert [(one.subject_type, one.subject_id) for one in entries] == [("matter", str(matter.id))]
    assert matter.version > 1


def test_two_people_at_once_are_noticed(database: Database, matter_id: int, cast: Cast, clock: FakeClock) -> None:
    with database.write() as session:
        service.set_urgent(session, matter_id, actor=cast.tanaka, version=1, at=clock(), urgent=True)
    with database.write() as session, pytest.raises(Conflict):
        service.set_urgent(session, matter_id, actor=cast.kochi, version=1, at=clock(), urgent=False)


def test_bulk_changes_what_it_can(database: Database, cast: Cast, clock: FakeClock) -> None:
    ours = write_opinion(database, clock(), area="roads")
    theirs = write_opinion(database, clock(), area="parks")
    with database.write() as session:
        done, refused = service.in_bulk(
            session,
            [(ours, 1), (theirs, 1)],
            lambda matter_id, version: service.assign(
                session, matter_id, actor=cast.tanaka, version=version, at=clock(), assignee_id=cast.tanaka.id
            ),
        )
        assert done == 1
        assert refused == [(theirs, "案件が見つかりません。")]


@pytest.mark.parametrize("change", ["correct", "status", "assign", "due", "urgent", "route"])
def test_a_change_can_be_taken_back(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock, change: str
) -> None:
    def state() -> tuple[Any, ...]:
        return (matter.area_key, matter.area_source, matter.status, matter.due_on, matter.urgent, matter.department_id)

    before = state()
    act = changes(session, cast, clock, matter.id)[change]
    if change == "correct":
        service.correct(
            session,
            matter.id,
            actor=cast.kochi,
            version=1,
            at=clock(),
            router=load_router(session),
            area_key="parks",
            kind=None,
            reroute=False,
        )
    else:
        act(actor=cast.kochi, version=1)
    entry = last_step(session, matter)
    undoing.undo(session, matter.id, actor=cast.kochi, version=matter.version, at=clock(), entry_id=entry.id)
    assert state() == before
    assert last_step(session, matter).reason == "元に戻す"


def test_only_the_latest_change_of_its_kind_can_be_taken_back(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    service.set_urgent(session, matter.id, actor=cast.tanaka, version=1, at=clock(), urgent=True)
    first = last_step(session, matter)
    service.set_urgent(session, matter.id, actor=cast.tanaka, version=matter.version, at=clock(), urgent=False)
    with pytest.raises(Invalid, match="元に戻せません"):
        undoing.undo(session, matter.id, actor=cast.tanaka, version=matter.version, at=clock(), entry_id=first.id)


def test_what_the_citizen_withdrew_stays_withdrawn(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    service.set_urgent(session, matter.id, actor=cast.tanaka, version=1, at=clock(), urgent=True)
    entry = last_step(session, matter)
    matter.status = MatterStatus.WITHDRAWN
    session.flush()
    with pytest.raises(Invalid, match="取り下げた"):
        undoing.undo(session, matter.id, actor=cast.tanaka, version=matter.version, at=clock(), entry_id=entry.id)
