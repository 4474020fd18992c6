"""One answer for a whole group: who gets it, who is asked about or left out, and that nobody gets it twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedback.answers import group, queries, rating, service
from feedback.answers.group_queries import GroupView, group_of, leading
from feedback.answers.group_rules import Member, Obstacle, Question, Word, obstacle, questions, receipts_in_words
from feedback.answers.models import Answer, AnswerMember
from feedback.answers.rules import AnswerState, Method
from feedback.audit.models import AuditEntry
from feedback.citizens import service as citizens
from feedback.citizens.models import Citizen
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Invalid, NotFound
from feedback.links import service as links
from feedback.opinions import service as opinions
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import Channel, MatterStatus
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.outbox.service import BODY as OUTBOUND_BODY
from feedback.staff.rules import Actor, Role
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, Cast, FakeClock
from tests.feedback.answers.desk import BODY, KEYS, POST, drafted, hire, write_from_line


def user(number: int) -> str:
    return f"U{number:032d}"


@dataclass
class Street:
    """A street's complaints of 道路管理課: mika wrote the first and the fourth, ken the second, somebody a letter."""

    session: Session
    clock: FakeClock
    cast: Cast
    takahashi: Actor
    first: int
    ken: int
    letter: int
    again: int

    @property
    def everybody(self) -> list[int]:
        return [self.first, self.ken, self.letter, self.again]

    def matter(self, matter_id: int) -> Matter:
        wanted = select(Matter).where(Matter.id == matter_id).options(joinedload(Matter.submission))
        return self.session.scalars(wanted).one()

    def answer(self, *, wanted: list[int], leader: int | None = None, method: Method = Method.LINE) -> Answer:
        who, at = self.cast.tanaka, self.clock.advance(minutes=1)
        answer = drafted(self.session, leader or self.first, actor=who, at=at, method=method)
        group.choose(self.session, answer, actor=who, shown=wanted, wanted=wanted, at=at)
        return answer

    def submit(self, answer: Answer) -> None:
        who, at, to = self.cast.tanaka, self.clock.advance(minutes=1), [self.takahashi.id]
        service.submit(self.session, answer.id, actor=who, version=answer.version, at=at, reviewers=to)

    def decide(self, answer: Answer) -> None:
        who, at = self.takahashi, self.clock.advance(minutes=1)
        service.approve(self.session, answer.id, actor=who, version=answer.version, at=at, post=POST)
        self.session.expire_all()

    def copies(self) -> dict[int, Answer]:
        found = select(Answer).join(AnswerMember, AnswerMember.copy_id == Answer.id)
        return {one.matter_id: one for one in self.session.scalars(found)}

    def messages(self) -> dict[int | None, str]:
        found = self.session.scalars(select(OutboundMessage).where(OutboundMessage.purpose == "answer")).all()
        texts = [json.loads(KEYS.decrypt(one.body_sealed or b"", purpose=OUTBOUND_BODY))[0]["text"] for one in found]
        return {one.matter_id: text for one, text in zip(found, texts, strict=True)}

    def seen(self, answer: Answer | None, actor: Actor, leader: int | None = None) -> GroupView:
        matter_id = leader or self.first
        views = {one.id: one for one in queries.answers_of(self.session, matter_id)}
        return group_of(self.session, matter_id, views[answer.id] if answer else None, actor=actor)


@pytest.fixture
def street(database: Database, cast: Cast, clock: FakeClock) -> Iterator[Street]:
    first, ken = write_from_line(database, clock(), user=user(1)), write_from_line(database, clock(), user=user(2))
    letter = write_opinion(database, clock(), channel=Channel.LETTER)
    again = write_from_line(database, clock.advance(minutes=3), user=user(1))
    with database.write() as session:
        takahashi = hire(session, "takahashi", Role.APPROVER, "roads", at=clock())
        links.group(session, [first, ken, letter, again], actor=cast.tanaka, at=clock())
        session.flush()
        yield Street(session, clock, cast, takahashi, first, ken, letter, again)


def test_one_decision_answers_everybody_each_by_their_own_channel(street: Street) -> None:
    answer = street.answer(wanted=[street.ken, street.letter, street.again])
    street.submit(answer)
    assert [one.row.id for one in street.seen(answer, street.takahashi).wanted] == [
        street.ken,
        street.letter,
        street.again,
    ]
    assert street.seen(answer, street.takahashi).people == 2
    street.decide(answer)
    copies = street.copies()
    assert {one: (copy.method, copy.state) for one, copy in copies.items()} == {
        street.ken: (Method.LINE, AnswerState.SENT),
        street.letter: (Method.LETTER, AnswerState.APPROVED),
        street.again: (Method.LINE, AnswerState.SENT),
    }
    statuses = [street.matter(one).status for one in street.everybody]
    assert statuses == ["answered", "answered", "approving", "answered"]
    told = street.messages()
    assert set(told) == {street.first, street.ken}, "mika gets one message for both of hers"
    receipts = [street.matter(one).submission.receipt_number for one in (street.first, street.again)]
    assert told[street.first].startswith("、".join(receipts))
    assert str(copies[street.ken].id) in told[street.ken]
    assert all(BODY in text for text in told.values())
    submission_id = street.matter(street.ken).submission_id
    assert rating.sent_answer(street.session, copies[street.ken].id, submission_id=submission_id) is not None
    shared = street.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "answer.shared")).all()
    assert sorted(map(int, shared)) == sorted(copies)


def test_every_delivery_is_shown_beside_the_answer(street: Street) -> None:
    answer = street.answer(wanted=[street.ken, street.letter, street.again])
    street.submit(answer)
    street.decide(answer)
    message = street.session.scalars(select(OutboundMessage).where(OutboundMessage.matter_id == street.ken)).one()
    failed = outbox.Settlement(message.id, OutboundState.FAILED, reason="ブロックされています")
    outbox.settle(street.session, [failed], now=street.clock())
    found = {one.row.id: one.delivery for one in street.seen(answer, street.cast.tanaka).served}
    ken, letter, again = found[street.ken], found[street.letter], found[street.again]
    assert ken
    assert (ken.sent, ken.reason) == (OutboundState.FAILED, "ブロックされています")
    assert letter
    assert (letter.state, letter.sent) == (AnswerState.APPROVED, None)
    assert again
    assert again.handed_over
    assert "同じ方" in again.handed_over
    assert street.seen(answer, street.cast.sato).members == []


def test_the_letter_is_posted_on_its_own(street: Street) -> None:
    answer = street.answer(wanted=[street.letter])
    street.submit(answer)
    street.decide(answer)
    copy = street.copies()[street.letter]
    at = street.clock.advance(minutes=1)
    service.handed_over(street.session, copy.id, actor=street.cast.tanaka, version=copy.version, at=at, how="郵送")
    assert street.matter(street.letter).status is MatterStatus.ANSWERED
    assert street.matter(street.ken).status is MatterStatus.ROUTED


def test_a_letter_answers_all_matters_of_its_sender(street: Street) -> None:
    letter = street.matter(street.letter)
    second = Matter(
        submission_id=letter.submission_id,
        number=2,
        text="街灯も暗いです。",
        channel=Channel.LETTER,
        area_source="model",
        department_id=letter.department_id,
        received_at=letter.received_at,
    )
    street.session.add(second)
    street.session.flush()
    links.group(street.session, [street.first, second.id], actor=street.cast.tanaka, at=NOW)
    answer = street.answer(wanted=[street.letter, second.id])
    street.submit(answer)
    street.decide(answer)
    copies = street.copies()
    assert {copies[street.letter].state, copies[second.id].state} == {AnswerState.APPROVED}
    copy, at = copies[street.letter], street.clock.advance(minutes=1)
    service.handed_over(street.session, copy.id, actor=street.cast.tanaka, version=copy.version, at=at, how="郵送")
    assert {street.matter(one).status for one in (street.letter, second.id)} == {MatterStatus.ANSWERED}


def test_who_withdrew_or_was_erased_meanwhile_is_left_out(street: Street) -> None:
    answer = street.answer(wanted=[street.ken, street.letter])
    street.submit(answer)
    ken = street.session.scalars(select(Citizen).where(Citizen.key == KEYS.lookup(user(2)))).one()
    citizens.erase(street.session, ken, at=street.clock())
    street.session.flush()
    street.session.expire_all()
    assert [one.row.id for one in street.seen(answer, street.takahashi).wanted] == [street.letter]
    street.decide(answer)
    assert set(street.copies()) == {street.letter}
    assert set(street.messages()) == {street.first}
    assert [(one.row.id, one.obstacle) for one in street.seen(answer, street.takahashi).left_out] == [
        (street.ken, Obstacle.GONE)
    ]


def test_what_changed_after_the_choice_is_not_sent_over(street: Street) -> None:
    answer = street.answer(wanted=[street.ken, street.letter, street.again])
    street.submit(answer)
    drafted(street.session, street.ken, actor=street.cast.tanaka, at=street.clock())
    links.ungroup(street.session, street.letter, actor=street.cast.tanaka, at=street.clock())
    parks = street.matter(matter_of_parks(street))
    moved = street.matter(street.again)
    opinions.route(
        street.session,
        street.again,
        actor=street.cast.kochi,
        version=moved.version,
        at=street.clock(),
        department_id=parks.department_id,
    )
    street.session.flush()
    street.decide(answer)
    assert street.copies() == {}
    left = street.session.scalars(select(AnswerMember.left_out).order_by(AnswerMember.matter_id)).all()
    assert left == [Obstacle.OWN_ANSWER, Obstacle.UNGROUPED, Obstacle.MOVED]


def matter_of_parks(street: Street) -> int:
    """Any matter of another department."""
    parks = street.session.scalars(select(Department.id).where(Department.code == "parks")).one()
    first = street.matter(street.first)
    other = Matter(
        submission_id=first.submission_id,
        number=7,
        text="公園の木が枯れています。",
        channel=Channel.LINE,
        area_source="model",
        department_id=parks,
        received_at=first.received_at,
    )
    street.session.add(other)
    street.session.flush()
    return other.id


def test_answered_and_foreign_matters_are_asked_about_and_clerks_do_not_see_foreign_ones(street: Street) -> None:
    parks = matter_of_parks(street)
    links.group(street.session, [street.first, parks], actor=street.cast.kochi, at=NOW)
    ken = street.matter(street.ken)
    opinions.set_status(
        street.session,
        street.ken,
        actor=street.takahashi,
        version=ken.version,
        at=NOW,
        status=MatterStatus.CLOSED,
        reason="電話で済みました",
    )
    seen = street.seen(None, street.cast.kochi)
    assert {one.row.id: one.questions for one in seen.asked} == {
        street.ken: (Question.ANSWERED,),
        parks: (Question.ELSEWHERE,),
    }
    assert [one.row.id for one in seen.wanted] == [street.letter, street.again]
    assert parks not in {one.row.id for one in street.seen(None, street.cast.tanaka).members}
    answer = drafted(street.session, street.first, actor=street.cast.tanaka, at=NOW)
    with pytest.raises(Invalid, match="まとめた案件が変わりました"):
        group.choose(street.session, answer, actor=street.cast.tanaka, shown=[parks], wanted=[parks], at=NOW)
    with pytest.raises(NotFound):
        group.choose(street.session, answer, actor=street.cast.sato, shown=[], wanted=[], at=NOW)
    group.choose(
        street.session, answer, actor=street.cast.kochi, shown=[parks, street.ken], wanted=[parks, street.ken], at=NOW
    )
    assert street.seen(answer, street.cast.tanaka).elsewhere
    assert {one.row.id for one in street.seen(answer, street.cast.tanaka).asked} == {street.ken}
    street.submit(answer)
    street.decide(answer)
    assert {street.matter(one).status for one in (street.ken, parks)} == {MatterStatus.ANSWERED}


def test_a_draft_that_was_given_back_and_decided_again_reaches_nobody_twice(street: Street) -> None:
    answer = street.answer(wanted=[street.ken, street.first], leader=street.letter, method=Method.LETTER)
    street.submit(answer)
    street.decide(answer)
    assert set(street.messages()) == {street.ken, street.first}
    at = street.clock.advance(minutes=1)
    service.take_back(street.session, answer.id, actor=street.cast.tanaka, version=answer.version, at=at)
    group.choose(
        street.session,
        answer,
        actor=street.cast.tanaka,
        shown=[street.ken, street.again],
        wanted=[street.ken, street.again],
        at=at,
    )
    street.submit(answer)
    street.decide(answer)
    sent = street.session.scalars(select(OutboundMessage.matter_id).where(OutboundMessage.purpose == "answer")).all()
    assert sorted(one or 0 for one in sent) == sorted([street.ken, street.first])
    assert street.copies()[street.again].state is AnswerState.SENT


def test_a_decision_that_is_cut_off_sends_to_nobody(database: Database, cast: Cast, clock: FakeClock) -> None:
    ids = [write_from_line(database, clock(), user=user(number)) for number in range(1, 5)]
    with database.write() as session:
        takahashi = hire(session, "takahashi", Role.APPROVER, "roads", at=clock())
        links.group(session, ids, actor=cast.tanaka, at=clock())
        answer = drafted(session, ids[0], actor=cast.tanaka, at=clock())
        group.choose(session, answer, actor=cast.tanaka, shown=ids[1:], wanted=ids[1:], at=clock())
        service.submit(
            session, answer.id, actor=cast.tanaka, version=answer.version, at=clock(), reviewers=[takahashi.id]
        )
        session.flush()
        answer_id, version = answer.id, answer.version

    def decide() -> None:
        with database.write() as session:
            service.approve(session, answer_id, actor=takahashi, version=version, at=clock(), post=POST)
            session.flush()
            raise SystemExit

    with pytest.raises(SystemExit):
        decide()
    with database.write() as session:
        assert session.scalars(select(OutboundMessage)).all() == []
        assert set(session.scalars(select(Matter.status))) == {MatterStatus.APPROVING, MatterStatus.ROUTED}
        service.approve(session, answer_id, actor=takahashi, version=version, at=clock(), post=POST)
    with database.read() as session:
        sent = session.scalars(select(OutboundMessage.matter_id)).all()
        assert sorted(one or 0 for one in sent) == ids
        assert set(session.scalars(select(Matter.status))) == {MatterStatus.ANSWERED}
        reasons = session.scalars(select(HistoryEntry.reason).where(HistoryEntry.after == "approving")).all()
    assert sum("とまとめて回答" in (one or "") for one in reasons) == 3


def test_a_matter_says_which_answer_is_to_serve_it(street: Street) -> None:
    answer = street.answer(wanted=[street.ken])
    found = leading(street.session, street.ken, actor=street.cast.tanaka)
    assert found
    assert (found.matter_id, found.state) == (street.first, AnswerState.DRAFT)
    assert leading(street.session, street.letter, actor=street.cast.tanaka) is None
    assert leading(street.session, street.ken, actor=street.cast.sato) is None
    street.submit(answer)
    with pytest.raises(Invalid):
        group.choose(street.session, answer, actor=street.cast.tanaka, shown=[], wanted=[], at=NOW)


MEMBER = Member(MatterStatus.ROUTED, 1, None, erased=False, wants_reply=True, own_answer=False, reachable=True)


@given(status=st.sampled_from(MatterStatus), flags=st.tuples(*[st.booleans()] * 4), department=st.integers(1, 2))
def test_only_open_or_answered_matters_of_people_who_are_there_get_the_answer(
    status: MatterStatus, flags: tuple[bool, ...], department: int
) -> None:
    erased, wants, own, reachable = flags
    member = Member(status, department, None, erased=erased, wants_reply=wants, own_answer=own, reachable=reachable)
    gets = obstacle(member) is None
    if gets:
        assert not erased
        assert not own
        assert reachable
        assert status not in {"withdrawn", "spam", "transferred", "out_of_scope", "approving"}
    asked = questions(member, department_id=1)
    assert (Question.ELSEWHERE in asked) is (department == 2)
    assert (Question.NO_REPLY in asked) is (not wants)
    assert (Question.ANSWERED in asked) is (status in {"answered", "closed"})


def test_an_answer_given_after_the_choice_counts_and_one_before_does_not() -> None:
    word = Word(NOW, 1)
    before, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    answered = replace(MEMBER, status=MatterStatus.ANSWERED)
    assert obstacle(replace(answered, answered_at=before), word) is None
    assert obstacle(replace(answered, answered_at=after), word) is Obstacle.ANSWERED_SINCE


def test_receipts_of_one_person_in_words() -> None:
    assert receipts_in_words(["R8-1", "R8-2", "R8-1"]) == "R8-1、R8-2"
    assert receipts_in_words([f"R8-{n}" for n in range(5)]) == "R8-0、R8-1、R8-2 ほか2件"
