import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers import people, queries, service
from feedback.answers.models import Answer, AnswerVersion, ApprovalEvent
from feedback.answers.rules import AnswerState, ApprovalAction, Method, StepState
from feedback.audit.models import AuditEntry
from feedback.citizens.models import Citizen
from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.opinions import intake
from feedback.opinions import service as opinions
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.outbox.service import BODY as OUTBOUND_BODY
from feedback.outbox.service import RECIPIENT
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Role
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import BODY, KEYS, LINE_USER, POST, drafted, hire, write_from_line


@dataclass
class Desk:
    """A matter of 道路管理課 and the people around it."""

    session: Session
    matter: Matter
    clock: FakeClock
    tanaka: Actor
    yamada: Actor
    takahashi: Actor
    cast: Cast

    def draft(self, method: Method = Method.LINE) -> Answer:
        return drafted(self.session, self.matter.id, actor=self.tanaka, at=self.clock(), method=method)

    def call(self, act: Callable[..., Any], answer: Answer, actor: Actor, **more: Any) -> Any:
        return act(self.session, answer.id, actor=actor, version=answer.version, at=self.clock(), **more)

    def submitted(self, *route: Actor, method: Method = Method.LINE) -> Answer:
        answer = self.draft(method)
        if method is Method.IN_PERSON:
            self.call(service.revise, answer, self.tanaka, body=BODY, method=method, handed_over="電話で伝えました")
        people_of = [one.id for one in route or (self.takahashi,)]
        self.call(service.submit, answer, self.tanaka, reviewers=people_of, comment="お願いします")
        return answer

    def events(self, answer: Answer) -> list[ApprovalAction]:
        found = self.session.scalars(
            select(ApprovalEvent.action).where(ApprovalEvent.answer_id == answer.id).order_by(ApprovalEvent.id)
        )
        return list(found)


@pytest.fixture
def desk(database: Database, cast: Cast, clock: FakeClock) -> Iterator[Desk]:
    matter_id = write_from_line(database, clock())
    with database.write() as session:
        takahashi = hire(session, "takahashi", Role.APPROVER, "roads", at=clock())
        yamada = hire(session, "yamada", Role.STAFF, "roads", at=clock())
        yield Desk(session, session.get_one(Matter, matter_id), clock, cast.tanaka, yamada, takahashi, cast)


def test_an_answer_goes_from_the_draft_to_the_citizen(desk: Desk) -> None:
    answer = desk.draft()
    assert desk.matter.status == MatterStatus.DRAFTING
    desk.call(service.revise, answer, desk.yamada, body=f"{BODY}\r\nまた連絡します。", method=Method.LINE)
    desk.call(service.submit, answer, desk.tanaka, reviewers=[desk.takahashi.id])
    assert str(desk.matter.status) == "approving"
    decided = desk.call(service.approve, answer, desk.takahashi, post=POST, comment="よいと思います")
    assert decided
    assert (desk.matter.status, answer.state) == (MatterStatus.ANSWERED, AnswerState.SENT)
    assert desk.matter.answered_at == answer.sent_at == desk.clock()
    sent = desk.session.scalars(select(OutboundMessage)).one()
    assert (sent.purpose, sent.matter_id, sent.state) == ("answer", desk.matter.id, OutboundState.PENDING)
    assert KEYS.decrypt(sent.recipient_sealed or b"", purpose=RECIPIENT).decode() == LINE_USER
    (message,) = json.loads(KEYS.decrypt(sent.body_sealed or b"", purpose=OUTBOUND_BODY))
    assert "また連絡します。" in message["text"]
    assert str(answer.id) in message["text"]
    assert desk.events(answer) == ["submitted", "approved"]
    written = desk.session.scalars(select(AnswerVersion.staff_id).order_by(AnswerVersion.number)).all()
    assert written == [desk.tanaka.id, desk.yamada.id]
    audited = desk.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert audited[-4:] == ["answer.begun", "answer.revised", "answer.submitted", "answer.approved"]


def test_reviewers_speak_in_order_and_may_give_back_to_an_earlier_one(desk: Desk) -> None:
    answer = desk.submitted(desk.yamada, desk.cast.kochi, desk.takahashi)
    with pytest.raises(NotAllowed, match="ほかの人"):
        desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert not desk.call(service.approve, answer, desk.yamada, post=POST)
    assert not desk.call(service.approve, answer, desk.cast.kochi, post=POST)
    for bad in ({"comment": " "}, {"comment": "違う", "to_position": 3}, {"comment": "違う", "to_position": -1}):
        with pytest.raises(Invalid):
            desk.call(service.give_back, answer, desk.takahashi, **bad)
    desk.call(service.give_back, answer, desk.takahashi, comment="数字を確かめてください", to_position=2)
    assert desk.matter.status == MatterStatus.APPROVING
    assert [step.state for step in service.steps_of_round(answer)] == ["approved", "waiting", "waiting"]
    desk.call(service.approve, answer, desk.cast.kochi, post=POST)
    assert desk.call(service.approve, answer, desk.takahashi, post=POST)


def test_a_draft_given_back_is_changed_and_submitted_anew(desk: Desk) -> None:
    answer = desk.submitted(desk.yamada, desk.takahashi)
    desk.call(service.give_back, answer, desk.yamada, comment="時期を書いてください")
    assert (answer.state, desk.matter.status) == (AnswerState.DRAFT, MatterStatus.DRAFTING)
    assert [step.state for step in service.steps_of_round(answer)] == [StepState.RETURNED, StepState.CANCELLED]
    desk.call(service.revise, answer, desk.tanaka, body=BODY + "3月までに終えます。", method=Method.LINE)
    desk.call(service.submit, answer, desk.tanaka, reviewers=[desk.takahashi.id])
    assert desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert desk.events(answer) == ["submitted", "returned", "submitted", "approved"]
    (view,) = queries.answers_of(desk.session, desk.matter.id)
    assert [one.round for one in view.events] == [1, 1, 2, 2]
    assert view.events[1].comment == "時期を書いてください"
    assert [one.version_number for one in view.events] == [1, 1, 2, 2]


def test_what_is_being_approved_cannot_be_changed_without_taking_it_back(desk: Desk) -> None:
    answer = desk.submitted()
    with pytest.raises(Invalid, match="取り戻して"):
        desk.call(service.revise, answer, desk.tanaka, body="別の文", method=Method.LINE)
    with pytest.raises(Invalid, match="取り戻して"):
        opinions.route(
            desk.session,
            desk.matter.id,
            actor=desk.cast.kochi,
            version=desk.matter.version,
            at=desk.clock(),
            department_id=desk.cast.kochi.department_id or 0,
        )
    with pytest.raises(NotAllowed, match="書いた人"):
        desk.call(service.take_back, answer, desk.yamada)
    desk.call(service.take_back, answer, desk.tanaka, comment="直します")
    assert desk.matter.status == MatterStatus.DRAFTING
    with pytest.raises(Invalid, match="決裁中ではありません"):
        desk.call(service.approve, answer, desk.takahashi, post=POST)


@pytest.mark.parametrize("allowed", [True, False])
def test_nobody_approves_their_own_draft_unless_alone_and_allowed(desk: Desk, allowed: bool) -> None:
    answer = drafted(desk.session, desk.matter.id, actor=desk.takahashi, at=desk.clock())
    own = {"reviewers": [desk.takahashi.id], "self_approval": allowed}
    if not allowed:
        with pytest.raises(Invalid, match="自分で"):
            desk.call(service.submit, answer, desk.takahashi, **own)
        return
    other = hire(desk.session, "mori", Role.APPROVER, "roads", at=desk.clock())
    with pytest.raises(Invalid, match="自分で"):  # there is another approver
        desk.call(service.submit, answer, desk.takahashi, **own)
    desk.session.get_one(Staff, other.id).active = False
    desk.session.flush()
    desk.call(service.submit, answer, desk.takahashi, **own)
    with pytest.raises(NotAllowed):
        desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert desk.call(service.approve, answer, desk.takahashi, post=POST, self_approval=True)


def test_a_deputy_decides_while_somebody_is_away(desk: Desk) -> None:
    answer = desk.submitted()
    today = tokyo_date(desk.clock())
    with pytest.raises(NotAllowed):
        desk.call(service.approve, answer, desk.yamada, post=POST)
    for bad in (desk.cast.sato.id, desk.takahashi.id, 9999):
        with pytest.raises(Invalid):
            people.name_deputy(
                desk.session, actor=desk.takahashi, deputy_id=bad, from_on=today, to_on=today, at=desk.clock()
            )
    with pytest.raises(NotAllowed):
        people.name_deputy(
            desk.session, actor=desk.tanaka, deputy_id=desk.yamada.id, from_on=today, to_on=today, at=desk.clock()
        )
    named = people.name_deputy(
        desk.session,
        actor=desk.takahashi,
        deputy_id=desk.yamada.id,
        from_on=today + timedelta(days=1),
        to_on=today + timedelta(days=2),
        at=desk.clock(),
    )
    assert queries.awaiting(desk.session, actor=desk.yamada, today=today) == []
    desk.clock.advance(days=1)
    (waiting,) = queries.awaiting(desk.session, actor=desk.yamada, today=today + timedelta(days=1))
    assert (waiting.matter_id, waiting.own, waiting.last) == (desk.matter.id, False, True)
    assert desk.call(service.approve, answer, desk.yamada, post=POST)
    (view,) = queries.answers_of(desk.session, desk.matter.id)
    assert view.events[-1].instead_of == "takahashi"
    people.end_deputy(desk.session, named.id, actor=desk.takahashi, at=desk.clock())
    assert people.substitutions(desk.session, actor=desk.takahashi, today=today) == []


def test_who_wrote_the_draft_does_not_decide_as_a_deputy_either(desk: Desk) -> None:
    answer, today = desk.submitted(), tokyo_date(desk.clock())
    people.name_deputy(
        desk.session, actor=desk.takahashi, deputy_id=desk.tanaka.id, from_on=today, to_on=today, at=desk.clock()
    )
    with pytest.raises(NotAllowed, match="自分で"):
        desk.call(service.approve, answer, desk.tanaka, post=POST)


@pytest.mark.parametrize("method", [Method.LETTER, Method.EMAIL])
def test_letters_are_answered_when_somebody_has_sent_them(desk: Desk, method: Method) -> None:
    answer = desk.submitted(method=method)
    with pytest.raises(Invalid, match="決裁の済んだ"):
        desk.call(service.handed_over, answer, desk.tanaka, how="郵送")
    desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert (answer.state, desk.matter.status) == (AnswerState.APPROVED, MatterStatus.APPROVING)
    with pytest.raises(Invalid, match="いつ、どのように"):
        desk.call(service.handed_over, answer, desk.tanaka, how=" ")
    desk.call(service.handed_over, answer, desk.tanaka, how="11月24日に郵送")
    assert (answer.state, desk.matter.status) == (AnswerState.SENT, MatterStatus.ANSWERED)
    assert desk.session.scalars(select(OutboundMessage)).all() == []


def test_an_answer_given_in_person_is_recorded_with_how(desk: Desk) -> None:
    answer = desk.draft(Method.IN_PERSON)
    with pytest.raises(Invalid, match="いつ、だれが"):
        desk.call(service.submit, answer, desk.tanaka, reviewers=[desk.takahashi.id])
    desk.call(service.revise, answer, desk.tanaka, body=BODY, method=Method.IN_PERSON, handed_over="電話で伝えた")
    desk.call(service.submit, answer, desk.tanaka, reviewers=[desk.takahashi.id])
    desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert desk.matter.status == MatterStatus.ANSWERED


def test_what_cannot_be_delivered_is_not_decided(desk: Desk) -> None:
    answer = desk.submitted()
    desk.session.scalars(select(Citizen)).one().line_user_id_sealed = None
    with pytest.raises(Invalid, match="送れません"), desk.session.begin_nested():
        desk.call(service.approve, answer, desk.takahashi, post=POST)
    desk.session.expire_all()
    assert desk.matter.status == MatterStatus.APPROVING


def test_a_failed_answer_is_sent_again(desk: Desk) -> None:
    answer = desk.submitted()
    desk.call(service.approve, answer, desk.takahashi, post=POST)
    with pytest.raises(Invalid, match="途中"):
        desk.call(service.send_again, answer, desk.tanaka, post=POST)
    message = desk.session.scalars(select(OutboundMessage)).one()
    message.state = OutboundState.FAILED
    desk.session.flush()
    desk.call(service.send_again, answer, desk.tanaka, post=POST)
    desk.session.expire_all()
    assert message.state is OutboundState.PENDING
    message.state, message.body_sealed = OutboundState.FAILED, None
    desk.session.flush()
    desk.call(service.send_again, answer, desk.tanaka, post=POST)
    assert len(desk.session.scalars(select(OutboundMessage)).all()) == 2


def test_drafts_are_complete_before_they_are_submitted(desk: Desk) -> None:
    answer = desk.draft()
    for body, match in (("", "文章を入力"), ("{受付番号}です", "書き残し"), ("〔時期〕に直します", "書き残し")):
        desk.call(service.revise, answer, desk.tanaka, body=body, method=Method.LINE)
        with pytest.raises(Invalid, match=match):
            desk.call(service.submit, answer, desk.tanaka, reviewers=[desk.takahashi.id])
    with pytest.raises(Invalid, match="3000"):
        desk.call(service.revise, answer, desk.tanaka, body="あ" * 3001, method=Method.LINE)
    with pytest.raises(Invalid, match="もう作られて"):
        desk.draft()


def test_line_is_only_for_what_came_over_line(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), channel=Channel.PHONE)
    with database.write() as session, pytest.raises(Invalid, match="LINEで届いた"):
        drafted(session, matter_id, actor=cast.tanaka, at=clock())


def test_where_a_department_has_no_approver_the_desk_decides(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_from_line(database, clock())
    with database.write() as session:
        answer = drafted(session, matter_id, actor=cast.tanaka, at=clock())
        common: dict[str, Any] = {"actor": cast.tanaka, "version": answer.version, "at": clock()}
        for route in ([], [cast.tanaka.id], [cast.sato.id], [cast.admin.id], [cast.suzuki.id], [999]):
            with pytest.raises(Invalid):
                service.submit(session, answer.id, reviewers=route, **common)
        service.submit(session, answer.id, reviewers=[cast.kochi.id], **common)
        assert service.approve(session, answer.id, actor=cast.kochi, version=answer.version, at=clock(), post=POST)


def test_other_departments_and_readers_are_kept_out(desk: Desk) -> None:
    answer = desk.submitted()
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (service.revise, {"body": "x", "method": Method.LINE}),
        (service.submit, {"reviewers": [desk.takahashi.id]}),
        (service.take_back, {}),
        (service.approve, {"post": POST}),
        (service.give_back, {"comment": "x"}),
        (service.handed_over, {"how": "x"}),
        (service.send_again, {"post": POST}),
    ]
    for act, more in acts:
        with pytest.raises(NotFound):
            desk.call(act, answer, desk.cast.sato, **more)
        with pytest.raises(NotAllowed):
            desk.call(act, answer, desk.cast.suzuki, **more)
        with pytest.raises(Conflict, match="ほかの人"):
            act(desk.session, answer.id, actor=desk.tanaka, version=99, at=desk.clock(), **more)
        with pytest.raises(NotFound):
            act(desk.session, 9999, actor=desk.tanaka, version=1, at=desk.clock(), **more)
    with pytest.raises(NotFound):
        drafted(desk.session, desk.matter.id, actor=desk.cast.sato, at=desk.clock())
    assert queries.awaiting(desk.session, actor=desk.cast.sato, today=tokyo_date(desk.clock())) == []


def test_a_withdrawn_matter_is_answered_by_nobody(desk: Desk) -> None:
    answer = desk.submitted()
    submission = desk.session.get_one(Submission, desk.matter.submission_id)
    desk.session.refresh(submission, ["matters"])
    intake.withdraw(submission, at=desk.clock())
    desk.session.flush()
    with pytest.raises(Invalid, match="決裁中ではありません"):
        desk.call(service.approve, answer, desk.takahashi, post=POST)
    assert queries.awaiting(desk.session, actor=desk.takahashi, today=tokyo_date(desk.clock())) == []
