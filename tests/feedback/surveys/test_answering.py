from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen, Consent
from feedback.citizens.service import erase
from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.errors import Invalid
from feedback.surveys import answering, counting, forgetting, queries, service
from feedback.surveys.answering import Person
from feedback.surveys.documents import definition_of
from feedback.surveys.faults import FaultKind
from feedback.surveys.given import Answer
from feedback.surveys.models import Survey, SurveyDraft, SurveyMark, SurveyParticipation, SurveyResponse
from feedback.surveys.refusals import Answered, NotOpen
from feedback.surveys.rules import Closed, Source
from tests.conftest import NOW

POLL: dict[str, Any] = {
    "key": "poll",
    "title": "広報についてのアンケート",
    "questions": [
        {
            "key": "read",
            "type": "single",
            "text": "広報紙を読みますか。",
            "required": True,
            "choices": [{"key": "yes", "text": "読む"}, {"key": "no", "text": "読まない"}],
            "next": {"no": "why"},
        },
        {"key": "score", "type": "scale", "text": "満足度は。", "points": 5, "next": "end"},
        {"key": "why", "type": "long_text", "text": "読まないのはなぜですか。"},
    ],
}


def published(session: Session, **changes: Any) -> Survey:
    service.save(session, definition_of(POLL | changes), actor=None, at=NOW)
    service.publish(session, changes.get("key", "poll"), actor=None, at=NOW)
    return service.survey_of(session, changes.get("key", "poll"))


def citizen(session: Session, number: int = 1) -> Citizen:
    one = Citizen(key=bytes([number]) * 16, consent=Consent.GIVEN, consent_at=NOW, created_at=NOW, age_band="30s")
    session.add(one)
    session.flush()
    return one


def begin(session: Session, survey: Survey, who: Citizen) -> SurveyDraft:
    return answering.start(session, survey, person=Person(citizen=who), source=Source.LINE, at=NOW)


def respond(session: Session, survey: Survey, who: Citizen, *raws: str) -> SurveyResponse:
    draft = begin(session, survey, who)
    for raw in raws:
        question = answering.standing(session, draft).question
        assert question is not None
        assert answering.answer(session, draft, key=question.key, raw=raw, at=NOW) is None
    return answering.submit(session, draft, at=NOW)


def test_answers_are_taken_one_by_one_over_days_and_sent_once(database: Database) -> None:
    with database.write() as session:
        survey, who = published(session), citizen(session)
        draft = begin(session, survey, who)
        fault = answering.answer(session, draft, key="read", raw="たぶん", at=NOW)
        assert fault is not None
        assert fault.kind is FaultKind.NOT_A_CHOICE
        assert answering.answer(session, draft, key="read", raw="２", at=NOW) is None
        survey_id, citizen_id = survey.id, who.id
    with database.write() as session:
        survey, who = session.get_one(Survey, survey_id), session.get_one(Citizen, citizen_id)
        later = NOW + timedelta(days=3)
        draft = answering.start(session, survey, person=Person(citizen=who), source=Source.LINE, at=later)
        now = answering.standing(session, draft)
        assert now.question is not None
        assert (now.question.key, now.progress.number, now.progress.total) == ("why", 2, 2)
        with pytest.raises(Invalid):
            answering.submit(session, draft, at=later)
        answering.answer(session, draft, key="why", raw="時間がない", at=later)
        assert answering.standing(session, draft).question is None
        response = answering.submit(session, draft, at=later)
        assert response.answers == {"read": {"c": ["no"]}, "why": {"t": "時間がない"}}
        assert (response.citizen_id, response.age_band) == (citizen_id, "30s")
        with pytest.raises(Answered):
            answering.start(session, survey, person=Person(citizen=who), source=Source.WEB, at=later)
        assert queries.open_for_citizen(session, citizen_id, at=later) == []


def test_going_back_keeps_the_answer_until_another_is_given(database: Database) -> None:
    with database.write() as session:
        survey, who = published(session), citizen(session)
        draft = begin(session, survey, who)
        assert not answering.back(session, draft, at=NOW)
        answering.answer(session, draft, key="read", raw="読む", at=NOW)
        answering.answer(session, draft, key="score", raw="4", at=NOW)
        assert answering.back(session, draft, at=NOW)
        assert answering.standing(session, draft).given == Answer(choices=("4",))
        assert answering.back(session, draft, at=NOW)
        answering.answer(session, draft, key="read", raw="読まない", at=NOW)
        # The button of a question that is no longer on the way changes nothing.
        late = answering.answer(session, draft, key="score", raw="1", at=NOW)
        assert late is not None
        assert late.kind is FaultKind.UNREADABLE
        answering.answer(session, draft, key="why", raw="", at=NOW)
        assert answering.submit(session, draft, at=NOW).answers == {"read": {"c": ["no"]}, "why": {}}


def test_a_new_version_does_not_change_what_somebody_is_in_the_middle_of(database: Database) -> None:
    with database.write() as session:
        survey, who, other = published(session), citizen(session), citizen(session, 2)
        draft = begin(session, survey, who)
        changed = POLL | {"questions": POLL["questions"][:1]}
        changed["questions"][0] = changed["questions"][0] | {"next": {}}
        version = service.save(session, definition_of(changed), actor=None, at=NOW)
        assert answering.standing(session, draft).definition == definition_of(POLL)
        service.publish(session, "poll", actor=None, at=NOW)
        assert version.number == 2
        assert answering.standing(session, draft).definition == definition_of(POLL)
        respond(session, survey, other, "読む")
        answering.answer(session, draft, key="read", raw="1", at=NOW)
        answering.answer(session, draft, key="score", raw="5", at=NOW)
        answering.submit(session, draft, at=NOW)
        found = queries.results(session, survey)
        assert found.questions["read"].counts == {"yes": 2, "no": 0}
        assert found.questions["score"].n == 1


def test_results_are_the_same_before_and_after_the_round(database: Database) -> None:
    with database.write() as session:
        survey = published(session)
        for number, raws in enumerate([("1", "5"), ("1", "2"), ("2", "遠い"), ("1", "")], 1):
            respond(session, survey, citizen(session, number), *raws)
        before = queries.results(session, survey)
        assert (before.responses, before.waiting) == (4, 4)
        assert before.as_json()["questions"]["score"] == {
            "type": "scale", "n": 2, "no_answer": 1, "counts": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}, "mean": 3.5,
        }  # fmt: skip
        assert counting.count_waiting(session, today=tokyo_date(NOW)) == 4
        after = queries.results(session, survey)
        assert (after.waiting, after.as_json()) == (0, before.as_json())
        assert counting.count_waiting(session, today=tokyo_date(NOW)) == 0


def test_a_quota_and_a_limit_close(database: Database) -> None:
    with database.write() as session:
        quotas = [{"question": "read", "choice": "yes", "limit": 1}]
        survey = published(session, quotas=quotas, limit=2)
        first, second, third = (citizen(session, number) for number in (1, 2, 3))
        waiting = begin(session, survey, second)
        assert answering.answer(session, waiting, key="read", raw="1", at=NOW) is None
        answering.answer(session, waiting, key="score", raw="3", at=NOW)
        respond(session, survey, first, "1", "3")
        fault = answering.answer(session, begin(session, survey, third), key="read", raw="1", at=NOW)
        assert fault is not None
        assert fault.kind is FaultKind.FULL
        session.flush()
        with pytest.raises(NotOpen) as refused, session.begin_nested():
            answering.submit(session, waiting, at=NOW)
        assert refused.value.because is Closed.FULL
        respond(session, survey, third, "2", "")
        with pytest.raises(NotOpen):
            begin(session, survey, citizen(session, 4))


def test_trials_count_nowhere_and_are_gone_with_publishing(database: Database) -> None:
    with database.write() as session:
        service.save(session, definition_of(POLL), actor=None, at=NOW)
        survey, who = service.survey_of(session, "poll"), citizen(session)
        with pytest.raises(NotOpen):
            begin(session, survey, who)
        draft = answering.start(session, survey, person=Person(citizen=who), source=Source.WEB, at=NOW, test=True)
        answering.answer_all(session, draft, given={"read": "1", "score": "2"}, at=NOW)
        answering.submit(session, draft, at=NOW)
        assert queries.results(session, survey).responses == 0
        service.publish(session, "poll", actor=None, at=NOW)
        assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0
        respond(session, survey, who, "1", "2")


def test_erasing_and_withdrawing_take_answers_out_of_the_counts(database: Database) -> None:
    with database.write() as session:
        survey, who, other = published(session), citizen(session), citizen(session, 2)
        respond(session, survey, who, "1", "5")
        counting.count_waiting(session, today=tokyo_date(NOW))
        assert forgetting.withdraw(session, survey, citizen_id=who.id, at=NOW)
        assert queries.results(session, survey).responses == 0
        assert session.scalar(select(func.count()).select_from(SurveyMark)) == 0
        respond(session, survey, who, "2", "また書きます")
        begin(session, survey, other)
        for one in (who, other):
            erase(session, one, at=NOW)
        session.flush()
        assert queries.results(session, survey).responses == 0
        for table in (SurveyDraft, SurveyParticipation):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert {str(one) for one in session.scalars(select(SurveyResponse.answers))} == {"{}"}


def test_an_unsent_message_takes_its_answer_along(database: Database) -> None:
    with database.write() as session:
        survey, who = published(session), citizen(session)
        draft = begin(session, survey, who)
        answering.answer(session, draft, key="read", raw="2", at=NOW, message_key=b"a" * 16)
        answering.answer(session, draft, key="why", raw="秘密", at=NOW, message_key=b"b" * 16)
        response = answering.submit(session, draft, at=NOW)
        counting.count_waiting(session, today=tokyo_date(NOW))
        session.refresh(response)
        assert forgetting.unsend(session, citizen_id=who.id, line_message_key=b"b" * 16, at=NOW)
        assert not forgetting.unsend(session, citizen_id=who.id, line_message_key=b"b" * 16, at=NOW)
        assert response.answers["why"] == {}
        session.flush()
        assert queries.results(session, survey).questions["why"].passed == 1
