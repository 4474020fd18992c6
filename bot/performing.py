"""Actions → services. No network, and no flush but where a query must see what this batch has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot import held, survey_doing
from bot.batch import Batch, Draft
from bot.conversation.actions import (
    Action,
    Agree,
    AnswerSurvey,
    BeginSurvey,
    ChooseArea,
    Comment,
    DropSurvey,
    Erase,
    EraseMessage,
    Join,
    Leave,
    Rate,
    Reach,
    Record,
    Refuse,
    Reopen,
    SendSurvey,
    SetAge,
    SetDistrict,
    TurnSurvey,
    WantSurveys,
    Withdraw,
)
from bot.conversation.state import State
from bot.gathering import Gathered
from bot.inbound import Inbound
from bot.parts import new_part
from bot.texts import NOTICE_VERSION
from feedback.answers import rating
from feedback.citizens import service as citizens
from feedback.clock import tokyo_date
from feedback.opinions import bulk, intake
from feedback.opinions.intake import NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, MatterStatus, matter_text
from feedback.outbox import service as outbox
from feedback.ports import Reading
from feedback.surveys import forgetting as surveys
from feedback.surveys.delivery import subscriptions

_READ_AGAIN: Final = frozenset({MatterStatus.RECEIVED, MatterStatus.ROUTED})

_QUOTING: Final = ("status", survey_doing.PURPOSE)
"""Purposes of messages that quote the citizen's words."""


@dataclass(slots=True)
class Performance:
    """One event's actions as they are carried out. ``state`` may be changed by them."""

    batch: Batch
    inbound: Inbound
    rows: Gathered
    state: State
    subject: Submission | None
    reading: Reading | None
    recorded: list[Submission] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def do(self, action: Action) -> None:
        """Carry out one action."""
        _PERFORMERS[type(action)](self, action)


def _record(now: Performance, action: Record) -> None:
    del action
    part = new_part(now.inbound, now.batch.keys, at=now.rows.at)
    now.subject = _receive(now, [part], now.reading if part.text else None)


def _receive(now: Performance, parts: list[NewPart], reading: Reading | None) -> Submission:
    citizen, batch = now.rows.citizen, now.batch
    submission = intake.receive(
        batch.session,
        channel=Channel.LINE,
        parts=parts,
        received_at=now.rows.at,
        rules=batch.rules,
        reading=reading,
        sender=Sender(citizen=citizen, age_band=citizen.age_band, district=citizen.district),
        deferred=True,
    )
    batch.latest[citizen.key] = now.rows.newest = submission
    return submission


def _changeable(now: Performance) -> Submission | None:
    """The row the step is about, as one whose changes are kept, also when this very batch received it."""
    if now.subject is not None:
        key, before = now.rows.citizen.key, now.subject
        now.subject = bulk.kept(now.batch.session, before)
        if now.batch.latest.get(key) is before:
            now.batch.latest[key] = now.rows.newest = now.subject
    return now.subject


def _join(now: Performance, action: Join) -> None:
    del action
    subject = _changeable(now)
    if subject is not None:
        _add(now, subject, new_part(now.inbound, now.batch.keys, at=now.rows.at))


def _add(now: Performance, submission: Submission, part: NewPart) -> None:
    matter = submission.matters[0]
    again = bool(part.text) and matter.status in _READ_AGAIN
    intake.add_part(
        now.batch.session,
        submission,
        part=part,
        rules=now.batch.rules,
        reading=now.batch.read(matter_text([matter.text, part.text])) if again else None,
        at=now.rows.at,
    )


def _agree(now: Performance, action: Agree) -> None:
    del action
    citizen, keys = now.rows.citizen, now.batch.keys
    user_id = now.inbound.user_id or ""
    citizens.give_consent(
        citizen,
        version=NOTICE_VERSION,
        line_user_id_sealed=keys.encrypt(user_id.encode(), purpose=citizens.LINE_ID),
        at=now.rows.at,
    )
    for bundle in now.rows.bundles:
        parts = [new_part(inbound, keys, at=inbound.at) for inbound in bundle.inbounds]
        text = matter_text([part.text for part in parts])
        now.recorded.append(_receive(now, parts, now.batch.read(text) if text else None))
    held.release(now.batch, citizen.key)
    now.subject = now.recorded[-1] if now.recorded else None


def _refuse(now: Performance, action: Refuse) -> None:
    del action
    citizens.refuse_consent(now.batch.session, now.rows.citizen, at=now.rows.at)
    held.drop(now.batch, now.rows.citizen.key)


def _choose_area(now: Performance, action: ChooseArea) -> None:
    subject = _changeable(now)
    if subject is not None and action.key in now.batch.areas:
        intake.choose_area(subject, area_key=action.key, rules=now.batch.rules, at=now.rows.at)


def _withdraw(now: Performance, action: Withdraw) -> None:
    del action
    subject = _changeable(now)
    if subject is not None:
        intake.withdraw(subject, at=now.rows.at)


def _set_age(now: Performance, action: SetAge) -> None:
    now.rows.citizen.age_band = action.band


def _set_district(now: Performance, action: SetDistrict) -> None:
    now.rows.citizen.district = action.district


def _erase(now: Performance, action: Erase) -> None:
    del action
    count = citizens.erase(now.batch.session, now.rows.citizen, at=now.rows.at)
    held.drop(now.batch, now.rows.citizen.key)
    now.batch.latest.pop(now.rows.citizen.key, None)
    now.values["count"] = str(count)


def _erase_message(now: Performance, action: EraseMessage) -> None:
    batch, key = now.batch, bytes.fromhex(action.message_key)
    citizen_key = now.rows.citizen.key
    outbox.forget_of(batch.session, citizen_key, now=batch.now, purposes=_QUOTING)
    if intake.unsend(batch.session, line_message_key=key, at=now.rows.at, read=batch.read):
        return
    if rating.unsend(batch.session, line_message_key=key, at=now.rows.at):
        return
    citizen_id = now.rows.citizen.id
    if surveys.unsend(batch.session, citizen_id=citizen_id, line_message_key=key, at=now.rows.at):
        return
    for inbound in held.held(batch, citizen_key):
        if new_part(inbound, batch.keys, at=inbound.at).line_message_key == key:
            held.drop_one(batch, citizen_key, inbound.event_id)
            return
    held.drop_dead(batch, citizen_key, key)
    now.state = now.state.with_unsent(action.message_key)


def _reach(now: Performance, action: Reach) -> None:
    now.rows.citizen.reachable = action.reachable


def _leave(now: Performance, action: Leave) -> None:
    del action
    now.batch.outbound.append(
        Draft(
            citizen=now.rows.citizen,
            line_user_id=now.inbound.group_id or "",
            messages=list,
            purpose="leave",
            reply_token=None,
            at=now.rows.at,
        )
    )


def _rate(now: Performance, action: Rate) -> None:
    if now.rows.answer is not None:
        rating.rate(now.batch.session, now.rows.answer, helpful=action.helpful, at=now.rows.at)


def _comment(now: Performance, action: Comment) -> None:
    del action
    if now.rows.answer is not None:
        part = new_part(now.inbound, now.batch.keys, at=now.rows.at)
        rating.comment(
            now.batch.session,
            now.rows.answer,
            text=part.text or "",
            at=now.rows.at,
            line_message_key=part.line_message_key,
        )


def _reopen(now: Performance, action: Reopen) -> None:
    del action
    if now.rows.answer is not None:
        matter = now.rows.answer.matter
        due_on = now.batch.rules.deadlines.due_on(tokyo_date(now.rows.at), matter.area_key, matter.kind)
        rating.reopen(now.rows.answer, at=now.rows.at, due_on=due_on)


def _survey(now: Performance, action: survey_doing.SurveyAction) -> None:
    if now.rows.survey is not None:
        refused = survey_doing.do(now.batch, now.inbound, now.rows.citizen, now.rows.survey, action, at=now.rows.at)
        if refused:
            now.values["refused"] = refused


def _want_surveys(now: Performance, action: WantSurveys) -> None:
    bulk.flush(now.batch.session)
    subscriptions.want(now.batch.session, now.rows.citizen.id, wanted=action.wanted, at=now.rows.at)


_PERFORMERS: Final[Mapping[type[Action], Callable[[Performance, Any], None]]] = {
    Record: _record,
    Join: _join,
    Agree: _agree,
    Refuse: _refuse,
    ChooseArea: _choose_area,
    Withdraw: _withdraw,
    SetAge: _set_age,
    SetDistrict: _set_district,
    Erase: _erase,
    EraseMessage: _erase_message,
    Reach: _reach,
    Leave: _leave,
    Rate: _rate,
    Comment: _comment,
    Reopen: _reopen,
    BeginSurvey: _survey,
    AnswerSurvey: _survey,
    TurnSurvey: _survey,
    DropSurvey: _survey,
    SendSurvey: _survey,
    WantSurveys: _want_surveys,
}
