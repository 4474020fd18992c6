"""Answers of the demonstration: drafted, approved, sent and rated through the services."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.demo import words
from app.demo.office import Office
from bot.messages.answers import AnswerMessages
from feedback.answers import people, rating, service
from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.answers.sending import ANSWER, TRANSFER, Post
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState, Via
from feedback.staff.rules import Actor

_METHODS = {Channel.LINE: Method.LINE, Channel.EMAIL: Method.EMAIL, Channel.LETTER: Method.LETTER}
_BY_PHONE = "電話でお伝えしました。"


def draft(office: Office, matter: Matter, clerk: Actor, *, at: datetime) -> Answer:
    """Write a draft; an unfinished one is gone on with."""
    body = words.answer(matter, office.chance)
    office.session.flush()
    begun = service.unfinished(office.session, matter.id)
    if begun is not None:
        return begun
    method = _METHODS.get(matter.channel, Method.IN_PERSON)
    answer = service.begin(
        office.session, matter.id, actor=clerk, version=matter.version, at=at, method=method, body=body
    )
    if method is Method.IN_PERSON:
        service.revise(
            office.session,
            answer.id,
            actor=clerk,
            version=answer.version,
            at=at,
            body=body,
            method=method,
            handed_over=_BY_PHONE,
        )
    return answer


def submit(office: Office, matter: Matter, answer: Answer, clerk: Actor, *, at: datetime) -> Actor:
    """Hand the draft to who decides. Returns them."""
    _, deciding = people.reviewer_choices(office.session, department_id=matter.department_id)
    decider = next(one for one in deciding if one.id != answer.drafter_id)
    service.submit(office.session, answer.id, actor=clerk, version=answer.version, at=at, reviewers=[decider.id])
    return next(one for one in office.staff.values() if one.id == decider.id)


def give_back(office: Office, answer: Answer, decider: Actor, *, at: datetime) -> None:
    """The draft comes back with a word on what is missing."""
    service.give_back(
        office.session,
        answer.id,
        actor=decider,
        version=answer.version,
        at=at,
        comment=office.chance.choice(words.GIVEN_BACK),
    )


def approve(office: Office, matter: Matter, answer: Answer, decider: Actor, clerk: Actor, *, at: datetime) -> None:
    """Decide, and see the answer on its way; LINE counts as having taken it."""
    service.approve(office.session, answer.id, actor=decider, version=answer.version, at=at, post=post_of(office))
    if answer.state is AnswerState.APPROVED:
        service.handed_over(
            office.session, answer.id, actor=clerk, version=answer.version, at=at, how="同じ日に発送しました。"
        )
    settle(office, matter, at=at)


def settle(office: Office, matter: Matter, *, at: datetime) -> None:
    """The demonstration's own messages are delivered at once: no real account is written to."""
    pending = office.session.scalars(
        select(OutboundMessage.id).where(
            OutboundMessage.matter_id == matter.id,
            OutboundMessage.purpose.in_((ANSWER, TRANSFER)),
            OutboundMessage.state == OutboundState.PENDING,
        )
    )
    settled = [outbox.Settlement(one, OutboundState.SENT, Via.PUSH) for one in pending]
    outbox.settle(office.session, settled, now=at)


def rate(office: Office, answer: Answer, *, at: datetime) -> bool:
    """The citizen says whether the answer helped, sometimes in words. Returns whether it did."""
    helpful = office.chance.random() < 0.72
    office.session.refresh(answer, ["matter"])
    rating.rate(office.session, answer, helpful=helpful, at=at)
    if not helpful and office.chance.random() < 0.6:
        comment = office.chance.choice(words.RATED)
        rating.comment(office.session, answer, text=comment, at=at + timedelta(minutes=1))
    return helpful


def post_of(office: Office) -> Post:
    """What sending needs."""
    return Post(office.keys, AnswerMessages(office.settings))
