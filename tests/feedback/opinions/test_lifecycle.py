"""The life of a matter by role, against a table that was written down apart from the code."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.opinions import lifecycle, service, undoing
from feedback.opinions.lifecycle import Who, may
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import Kind, MatterStatus, Source
from feedback.staff.rules import Actor, Role
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock

# One line a present status; after each new status who may take the step:
# s担当課職員 a決裁者 d広聴 m管理者 c市民 y（システム）. Anything not written is forbidden.
EXPECTED = """
received      routed:sadmcy in_progress:sadm drafting:sadm approving:y closed:sadm transferred:adm out_of_scope:adm spam:dm withdrawn:dmc
routed        received:y in_progress:sadm drafting:sadm approving:y closed:sadm transferred:adm out_of_scope:adm spam:dm withdrawn:dmc
in_progress   routed:sadm drafting:sadm approving:y closed:sadm transferred:adm out_of_scope:adm spam:dm withdrawn:dmc
drafting      routed:sadm in_progress:sadm approving:sadmy closed:sadm transferred:adm out_of_scope:adm spam:dm withdrawn:dmc
approving     drafting:sadm answered:ad withdrawn:dmc
answered      approving:y closed:sadmy reopened:sadmc withdrawn:dmc
closed        approving:y reopened:sadmc withdrawn:dmc
reopened      routed:sadm in_progress:sadm drafting:sadm approving:y closed:sadm transferred:adm out_of_scope:adm spam:dm withdrawn:dmc
transferred   closed:adm reopened:sadm withdrawn:dmc
out_of_scope  closed:adm reopened:sadm withdrawn:dmc
withdrawn
spam          reopened:dm withdrawn:dmc
"""  # noqa: E501 (a table)
LETTERS: dict[str, Who] = {
    "s": Role.STAFF,
    "a": Role.APPROVER,
    "d": Role.DESK,
    "m": Role.ADMINISTRATOR,
    "c": Source.CITIZEN,
    "y": Source.SYSTEM,
}
CHOSEN = {"in_progress", "drafting", "closed", "reopened", "transferred", "out_of_scope", "spam", "withdrawn"}


def expected() -> dict[tuple[str, str], set[Who]]:
    table: dict[tuple[str, str], set[Who]] = {}
    for line in EXPECTED.strip().splitlines():
        current, *steps = line.split()
        for step in steps:
            new, letters = step.split(":")
            table[current, new] = {LETTERS[letter] for letter in letters}
    return table


def test_every_step_is_for_those_it_is_for_and_nobody_else() -> None:
    table = expected()
    everybody: list[Who] = [*Role, *Source]
    for current in MatterStatus:
        for new in MatterStatus:
            allowed = {who for who in everybody if may(who, current, new)}
            assert allowed == table.get((current, new), set()), (current, new)


def test_every_status_can_be_reached_and_withdrawn_is_final() -> None:
    reached, new = {MatterStatus.RECEIVED}, {MatterStatus.RECEIVED}
    while new:
        new = {after for before, after in lifecycle.TRANSITIONS if before in new} - reached
        reached |= new
    assert reached == set(MatterStatus)
    assert not any(before is MatterStatus.WITHDRAWN for before, _ in lifecycle.TRANSITIONS)


def colleague(role: Role, cast: Cast) -> Actor:
    """Somebody of a role who sees the matter of tanaka's department."""
    who = cast.tanaka
    return Actor(who.id, who.name, who.email, role, who.department_id, who.department_name)


@pytest.mark.parametrize("role", Role)
def test_the_service_holds_every_step_for_every_role(
    database: Database, cast: Cast, clock: FakeClock, role: Role
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    actor, table = colleague(role, cast), expected()
    with database.write() as session:
        matter = session.get_one(Matter, matter_id)
        for current in MatterStatus:
            for new in MatterStatus:
                matter.status, matter.kind = current, Kind.THANKS
                session.flush()
                allowed = new in CHOSEN and role in table.get((current, new), set())
                if current == "approving" and new == "drafting":
                    allowed = False  # by taking the draft back only
                assert _stepped(session, matter, new, actor, clock) is allowed, (current, new)


def _stepped(session: Session, matter: Matter, new: MatterStatus, actor: Actor, clock: FakeClock) -> bool:
    before = matter.status
    try:
        service.set_status(
            session, matter.id, actor=actor, version=matter.version, at=clock(), status=new, reason="確認したため"
        )
    except FeedbackError:
        assert matter.status is before
        return False
    assert matter.status is new
    last = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert (last.before, last.after) == (before, new)
    return True


@pytest.mark.parametrize(
    ("role", "wants_reply", "kind", "allowed"),
    [
        (Role.STAFF, True, Kind.REQUEST, False),
        (Role.STAFF, False, Kind.REQUEST, True),
        (Role.STAFF, True, Kind.THANKS, True),
        (Role.APPROVER, True, Kind.REQUEST, True),
        (Role.DESK, True, None, True),
        (Role.ADMINISTRATOR, True, None, True),
        (Role.AUDITOR, False, Kind.THANKS, False),
        (Role.PR, False, Kind.THANKS, False),
    ],
)
def test_a_clerk_alone_leaves_nobody_without_an_answer(
    role: Role, wants_reply: bool, kind: Kind | None, allowed: bool
) -> None:
    assert lifecycle.may_leave_unanswered(role, wants_reply=wants_reply, kind=kind) is allowed


def test_what_told_somebody_something_is_not_simply_undone() -> None:
    told = {MatterStatus.APPROVING, MatterStatus.ANSWERED, MatterStatus.TRANSFERRED, MatterStatus.WITHDRAWN}
    for before, after in lifecycle.TRANSITIONS:
        for role in Role:
            if lifecycle.may_undo(role, before, after):
                assert after not in told
                assert before is not MatterStatus.APPROVING
                assert may(role, before, after)
    assert lifecycle.may_undo(Role.STAFF, MatterStatus.ANSWERED, MatterStatus.CLOSED)


@pytest.mark.parametrize("role", Role)
def test_the_service_takes_back_every_step_for_those_who_may_take_it_and_nobody_else(
    database: Database, cast: Cast, clock: FakeClock, role: Role
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    actor, table = colleague(role, cast), expected()
    told = {"approving", "answered", "transferred", "withdrawn"}
    with database.write() as session:
        matter = session.get_one(Matter, matter_id)
        for current in MatterStatus:
            for new in MatterStatus:
                matter.status = new
                step = HistoryEntry(
                    matter_id=matter_id, at=clock(), source=Source.STAFF, action="status", before=current, after=new
                )
                session.add(step)
                session.flush()
                allowed = role in table.get((current, new), set()) and new not in told and current != "approving"
                assert _taken_back(session, matter, step, actor, clock) is allowed, (current, new)


def _taken_back(session: Session, matter: Matter, step: HistoryEntry, actor: Actor, clock: FakeClock) -> bool:
    version = matter.version
    try:
        with session.begin_nested():
            undoing.undo(session, matter.id, actor=actor, version=version, at=clock(), entry_id=step.id)
    except FeedbackError:
        return False
    assert matter.status == step.before
    return True
