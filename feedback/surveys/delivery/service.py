"""A delivery: recipients and retry keys are fixed before the first call, so that a repeat can reach nobody twice."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.citizens.models import Citizen
from feedback.citizens.service import LINE_ID
from feedback.errors import Invalid
from feedback.jobs import service as jobs
from feedback.keys import KeyRing
from feedback.rows import write_rows
from feedback.surveys.delivery.models import (
    CallState,
    DeliveryState,
    SurveyDelivery,
    SurveyDeliveryCall,
    SurveyRecipient,
)
from feedback.surveys.delivery.recipients import Audience, choose
from feedback.surveys.models import Survey
from feedback.surveys.rules import SurveyState

A_CALL: Final = 500
"""LINE's multicast takes so many."""
KEY_LASTS: Final = timedelta(hours=23)
"""LINE remembers a retry key for a day. After that an unknown outcome stays unknown: nobody shall get it twice."""
JOB: Final = "survey_delivery"
_OPEN: Final = (CallState.WAITING, CallState.CALLING)


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make: to whom, under which key."""

    delivery_id: int
    survey_id: int
    number: int
    retry_key: uuid.UUID
    to: Sequence[str]


def plan(session: Session, survey: Survey, *, audience: Audience, staff_id: int | None, at: datetime) -> SurveyDelivery:
    """Fix who gets it and have it sent. Flushed. Invalid when the survey is not open or there is nobody."""
    if survey.state is not SurveyState.PUBLISHED or survey.for_staff:
        raise Invalid("公開中の、市民向けのアンケートだけを配信できます。")
    chosen = choose(session, survey, audience)
    if not chosen.ids:
        raise Invalid("配信する相手がいません。")
    delivery = SurveyDelivery(
        survey_id=survey.id,
        audience=audience.as_json(),
        frame=chosen.frame,
        recipients=len(chosen.ids),
        created_at=at,
        created_by_id=staff_id,
    )
    session.add(delivery)
    session.flush()
    numbers = range((len(chosen.ids) + A_CALL - 1) // A_CALL)
    calls = [
        {
            "delivery_id": delivery.id,
            "number": one,
            "retry_key": uuid.uuid4(),
            "state": CallState.WAITING,
            "attempts": 0,
        }
        for one in numbers
    ]
    write_rows(session, cast("Table", SurveyDeliveryCall.__table__), calls)
    people = [
        {"delivery_id": delivery.id, "call": place // A_CALL, "citizen_id": one} for place, one in enumerate(chosen.ids)
    ]
    write_rows(session, cast("Table", SurveyRecipient.__table__), people)
    _enqueue(session, delivery, staff_id=staff_id, at=at)
    audit.record(
        session,
        at=at,
        staff_id=staff_id,
        action="survey.delivered",
        subject_type="survey",
        subject_id=survey.id,
        detail={"delivery": delivery.id, "recipients": len(chosen.ids), **audience.as_json()},
    )
    return delivery


def _enqueue(session: Session, delivery: SurveyDelivery, *, staff_id: int | None, at: datetime) -> None:
    payload = {"delivery": delivery.id}
    jobs.enqueue(session, kind=JOB, payload=payload, now=at, created_by_id=staff_id, total=delivery.recipients)


def begin_call(session: Session, delivery_id: int, *, keys: KeyRing, at: datetime) -> Call | None:
    """Take up the next open call; commit before making it. None when all are settled or the delivery is paused.

    A call begun before, by whoever, is repeated under its own key; too late for that its outcome stays unknown.
    """
    delivery = session.get_one(SurveyDelivery, delivery_id)
    if delivery.state is not DeliveryState.PLANNED:
        return None
    _give_up(session, delivery_id, at=at)
    call = session.scalar(
        select(SurveyDeliveryCall)
        .where(SurveyDeliveryCall.delivery_id == delivery_id, SurveyDeliveryCall.state.in_(_OPEN))
        .order_by(SurveyDeliveryCall.number)
        .limit(1)
        .with_for_update()
    )
    if call is None:
        delivery.state, delivery.finished_at = DeliveryState.DONE, at
        return None
    call.state, call.attempts, call.first_tried_at = CallState.CALLING, call.attempts + 1, call.first_tried_at or at
    return Call(delivery_id, delivery.survey_id, call.number, call.retry_key, _recipients(session, call, keys))


def _give_up(session: Session, delivery_id: int, *, at: datetime) -> None:
    session.execute(
        update(SurveyDeliveryCall)
        .where(
            SurveyDeliveryCall.delivery_id == delivery_id,
            SurveyDeliveryCall.state == CallState.CALLING,
            SurveyDeliveryCall.first_tried_at < at - KEY_LASTS,
        )
        .values(state=CallState.UNKNOWN, settled_at=at)
        .execution_options(synchronize_session=False)
    )


def _recipients(session: Session, call: SurveyDeliveryCall, keys: KeyRing) -> list[str]:
    """The LINE ids; who erased everything or took consent back since has none."""
    sealed = session.scalars(
        select(Citizen.line_user_id_sealed)
        .join(SurveyRecipient, SurveyRecipient.citizen_id == Citizen.id)
        .where(
            SurveyRecipient.delivery_id == call.delivery_id,
            SurveyRecipient.call == call.number,
            Citizen.line_user_id_sealed.is_not(None),
        )
        .order_by(Citizen.id)
    )
    return [keys.decrypt(one or b"", purpose=LINE_ID).decode() for one in sealed]


def settle(session: Session, call: Call, *, state: CallState, at: datetime) -> None:
    """Write down how a call ended; WAITING: it certainly reached nobody."""
    session.execute(
        update(SurveyDeliveryCall)
        .where(SurveyDeliveryCall.delivery_id == call.delivery_id, SurveyDeliveryCall.number == call.number)
        .values(state=state, settled_at=None if state is CallState.WAITING else at)
        .execution_options(synchronize_session=False)
    )


def pause(session: Session, delivery_id: int, *, reason: str) -> None:
    """Make no further call until `resume`."""
    delivery = session.get_one(SurveyDelivery, delivery_id)
    if delivery.state is not DeliveryState.PLANNED:
        raise Invalid("この配信は、いま送っていません。")
    delivery.state, delivery.reason = DeliveryState.PAUSED, reason


def resume(session: Session, delivery_id: int, *, staff_id: int | None, at: datetime) -> None:
    """Go on where it was paused."""
    delivery = session.get_one(SurveyDelivery, delivery_id)
    if delivery.state is not DeliveryState.PAUSED:
        raise Invalid("この配信は、止まっていません。")
    delivery.state, delivery.reason = DeliveryState.PLANNED, None
    _enqueue(session, delivery, staff_id=staff_id, at=at)


def sent_count(session: Session, delivery_id: int) -> int:
    """How many people's calls are settled, by whatever end."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SurveyRecipient)
            .join(
                SurveyDeliveryCall,
                (SurveyDeliveryCall.delivery_id == SurveyRecipient.delivery_id)
                & (SurveyDeliveryCall.number == SurveyRecipient.call),
            )
            .where(SurveyRecipient.delivery_id == delivery_id, SurveyDeliveryCall.state.not_in(_OPEN))
        )
        or 0
    )
