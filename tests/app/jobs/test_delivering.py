"""Sending a survey: everybody once, also when the process dies between a call and writing it down."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from app.jobs.delivering import Delivery, Unclear
from app.jobs.registry import Work
from bot.delivery import Answer, Trouble
from feedback.citizens.models import Citizen, Consent
from feedback.citizens.service import LINE_ID
from feedback.config import Settings
from feedback.db import Database
from feedback.jobs import service as jobs
from feedback.surveys import service as surveys
from feedback.surveys.delivery import service, subscriptions
from feedback.surveys.delivery.models import CallState, DeliveryState, SurveyDelivery, SurveyDeliveryCall
from feedback.surveys.delivery.recipients import Audience
from feedback.surveys.documents import definition_of
from feedback.surveys.models import PersonKind, SurveyParticipation
from tests.conftest import NOW, FakeClock

PEOPLE = 1203
_POLL: dict[str, Any] = {
    "key": "poll",
    "title": "広報",
    "questions": [{"key": "a", "type": "text", "text": "ひとことで。"}],
}


class Killed(BaseException):
    """The process ended here."""


class Line:
    """LINE's multicast: a retry key is taken once. ``script``: what happens to the next calls."""

    def __init__(self, *script: str) -> None:
        self.got: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.script = list(script)
        self.calls = 0

    def multicast(self, to: list[str], messages: list[dict[str, Any]], *, retry_key: str) -> Answer:
        self.calls += 1
        what = self.script.pop(0) if self.script else "takes"
        if what == "limit":
            return Answer(status=429, message="You have reached your monthly limit.")
        if what == "refuses":
            return Answer(status=400)
        if what == "unreached":
            return Answer(trouble=Trouble.NOT_REACHED)
        if retry_key in self.keys:
            return Answer(status=409)
        assert len(to) <= 500
        assert messages[0]["altText"]
        self.keys.add(retry_key)
        self.got.update(to)
        if what == "takes, dies":
            raise Killed
        return Answer(trouble=Trouble.TIMED_OUT) if what == "takes, silent" else Answer(status=200)


def friends(database: Database, settings: Settings, count: int = PEOPLE) -> None:
    keys = settings.key_ring()
    with database.write() as session:
        session.add_all(
            Citizen(
                key=number.to_bytes(16),
                consent=Consent.GIVEN,
                consent_at=NOW,
                created_at=NOW,
                age_band="30s" if number % 3 else "60s",
                line_user_id_sealed=keys.encrypt(f"U{number}".encode(), purpose=LINE_ID),
            )
            for number in range(count)
        )
        surveys.save(session, definition_of(_POLL), actor=None, at=NOW)
        surveys.publish(session, "poll", actor=None, at=NOW)


def planned(database: Database, audience: Audience = Audience()) -> int:  # noqa: B008 (frozen)
    with database.write() as session:
        survey = surveys.survey_of(session, "poll")
        return service.plan(session, survey, audience=audience, staff_id=None, at=NOW).id


def run(database: Database, settings: Settings, line: Line, clock: FakeClock) -> str:
    with database.write() as session:
        job = jobs.claim(session, kinds=[service.JOB], now=clock())
    assert job is not None
    outcome = Delivery(Work(database, settings, job, None, clock), line, lambda _: None).run()
    with database.write() as session:
        jobs.finish(session, job, message=outcome.message, now=clock(), payload=outcome.payload)
    return outcome.message


def states(database: Database, delivery: int) -> tuple[DeliveryState, list[CallState]]:
    with database.read() as session:
        query = select(SurveyDeliveryCall.state).order_by(SurveyDeliveryCall.number)
        found = session.scalars(query.where(SurveyDeliveryCall.delivery_id == delivery)).all()
        return session.get_one(SurveyDelivery, delivery).state, list(found)


def test_everybody_once_though_it_is_killed_and_line_is_silent(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    friends(database, settings)
    delivery, line = planned(database), Line("takes", "takes, dies")
    with pytest.raises(Killed):
        run(database, settings, line, clock)
    assert states(database, delivery) == (DeliveryState.PLANNED, [CallState.SENT, CallState.CALLING, CallState.WAITING])
    clock.advance(minutes=5)
    line.script = ["takes", "takes, silent"]
    assert run(database, settings, line, clock) == "1,203人分の送信を終えました。"
    assert set(line.got.values()) == {1}
    assert len(line.got) == PEOPLE
    assert states(database, delivery) == (DeliveryState.DONE, [CallState.SENT] * 3)
    assert line.calls == 5


def test_a_call_that_stays_unclear_for_a_day_is_never_repeated(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    friends(database, settings, 3)
    delivery, line = planned(database), Line(*["unreached"] * 4)
    with pytest.raises(Unclear):
        run(database, settings, line, clock)
    clock.advance(hours=24)
    run(database, settings, line, clock)
    assert states(database, delivery) == (DeliveryState.DONE, [CallState.UNKNOWN])
    assert line.got == {}


@pytest.mark.parametrize(("trouble", "left"), [("limit", CallState.WAITING), ("refuses", CallState.FAILED)])
def test_what_line_refuses_stops_the_delivery_until_it_is_resumed(
    database: Database, settings: Settings, clock: FakeClock, trouble: str, left: CallState
) -> None:
    friends(database, settings)
    delivery, line = planned(database), Line("takes", trouble)
    run(database, settings, line, clock)
    assert states(database, delivery) == (DeliveryState.PAUSED, [CallState.SENT, left, CallState.WAITING])
    with database.write() as session:
        service.resume(session, delivery, staff_id=None, at=clock())
    run(database, settings, line, clock)
    assert states(database, delivery)[0] is DeliveryState.DONE
    assert set(line.got.values()) == {1}
    assert len(line.got) == (PEOPLE if trouble == "limit" else PEOPLE - 500)


def test_a_segment_a_sample_and_who_is_left_out(database: Database, settings: Settings) -> None:
    friends(database, settings, 60)
    with database.write() as session:
        ids = session.scalars(select(Citizen.id).order_by(Citizen.id)).all()
        survey = surveys.survey_of(session, "poll")
        session.execute(update(Citizen).where(Citizen.id == ids[0]).values(reachable=False))
        session.execute(update(Citizen).where(Citizen.id == ids[1]).values(consent=Consent.REFUSED))
        subscriptions.want(session, ids[2], wanted=False, at=NOW)
        session.add(SurveyParticipation(survey_id=survey.id, person_kind=PersonKind.CITIZEN, person_id=ids[3]))
    everyone, older = planned(database), planned(database, Audience(age_bands=("60s",)))
    sample = planned(database, Audience(size=20, seed=7))
    with database.read() as session:
        assert session.get_one(SurveyDelivery, everyone).recipients == 56
        assert session.get_one(SurveyDelivery, older).recipients == 18
        frame = session.get_one(SurveyDelivery, sample).frame
    assert frame == [["30s", "", 38, 14], ["60s", "", 18, 6]]
