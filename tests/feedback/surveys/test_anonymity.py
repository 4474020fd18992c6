"""Nobody can join who took part in an anonymous survey and what was answered, with all of the database in hand."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen
from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Submission
from feedback.ports import Reading
from feedback.routing import service as routing
from feedback.surveys import answering, counting, queries, service, voices
from feedback.surveys.answering import Person
from feedback.surveys.models import Survey, SurveyDraft, SurveyParticipation, SurveyResponse
from feedback.surveys.rules import Source
from tests.conftest import NOW
from tests.feedback.surveys.test_answering import citizen, published

PEOPLE = 24


def answered(database: Database) -> int:
    """Each citizen answers in a transaction of their own, one after the other, a minute apart."""
    with database.write() as session:
        survey_id = published(session, key="secret", anonymous=True).id
        people = [citizen(session, number).id for number in range(1, PEOPLE + 1)]
    for minute, citizen_id in enumerate(people):
        at = NOW + timedelta(minutes=minute)
        with database.write() as session:
            survey, who = session.get_one(Survey, survey_id), session.get_one(Citizen, citizen_id)
            draft = answering.start(
                session, survey, person=Person(citizen=who), source=Source.LINE, at=at, language="ne"
            )
            answering.answer(session, draft, key="read", raw="2", at=at, message_key=b"m" * 16)
            answering.answer(session, draft, key="why", raw=f"市民{citizen_id}の考え", at=at)
            answering.submit(session, draft, at=at)
    return survey_id


def test_what_is_kept_of_an_anonymous_answer_names_neither_person_nor_moment(database: Database) -> None:
    survey_id = answered(database)
    with database.read() as session:
        assert session.scalars(select(SurveyDraft)).all() == []
        for one in session.scalars(select(SurveyResponse).where(SurveyResponse.survey_id == survey_id)):
            assert one.day == tokyo_date(NOW)
            named = (one.citizen_id, one.submitted_at, one.age_band, one.district, one.language, one.messages)
            assert named == (None,) * 6
        assert len(session.scalars(select(SurveyParticipation)).all()) == PEOPLE
        columns = {column.name for column in SurveyParticipation.__table__.columns}
        shared = columns & {column.name for column in SurveyResponse.__table__.columns}
        assert (columns, shared) == ({"survey_id", "person_kind", "person_id"}, {"survey_id"})


def test_neither_order_nor_transaction_leads_from_an_answer_to_a_person(database: Database) -> None:
    survey_id = answered(database)
    with database.write() as session:
        assert counting.count_waiting(session, today=tokyo_date(NOW)) == PEOPLE
    with database.read() as session:
        lying = _as_they_lie(session, "survey_responses")
        ids = [row.id for row in session.execute(text("SELECT id FROM survey_responses ORDER BY id"))]
        # They lie in the order of ids, and ids are drawn: nothing of the order of answering is left.
        assert lying == ids
        words = {one.id: one.answers for one in session.scalars(select(SurveyResponse))}
        came = [int(words[one]["why"]["t"].removeprefix("市民").removesuffix("の考え")) for one in lying]
        assert came != sorted(came)
        if not database.is_sqlite:
            marks = session.scalars(text("SELECT DISTINCT xmin::text FROM survey_marks")).all()
            rows = session.scalars(text("SELECT DISTINCT xmin::text FROM survey_responses")).all()
            people = session.scalars(text("SELECT DISTINCT xmin::text FROM survey_participations")).all()
            assert len(rows) == len(marks) == 1
            assert not {*rows, *marks} & set(people)
        assert queries.results(session, session.get_one(Survey, survey_id)).questions["read"].counts["no"] == PEOPLE


def _as_they_lie(session: Session, table: str) -> list[int]:
    """Ids in the order of storage."""
    place = "rowid" if session.get_bind().dialect.name == "sqlite" else "ctid"
    return [row.id for row in session.execute(text(f"SELECT id FROM {table} ORDER BY {place}"))]


def test_few_answers_wait_for_company_or_the_next_day_but_are_counted(database: Database) -> None:
    with database.write() as session:
        survey = published(session, key="secret", anonymous=True)
        who = citizen(session)
        draft = answering.start(session, survey, person=Person(citizen=who), source=Source.LINE, at=NOW)
        answering.answer_all(session, draft, given={"read": "2", "why": "寒い"}, at=NOW)
        answering.submit(session, draft, at=NOW)
        assert counting.count_waiting(session, today=tokyo_date(NOW)) == 0
        assert voices.waiting(session, limit=10).response_ids == []
        found = queries.results(session, survey)
        assert (found.responses, found.waiting, found.questions["why"].n) == (1, 1, 1)
        assert counting.count_waiting(session, today=tokyo_date(NOW + timedelta(days=1))) == 1


def test_words_become_opinions_without_their_citizen(database: Database) -> None:
    survey_id = answered(database)
    with database.write() as session:
        counting.count_waiting(session, today=tokyo_date(NOW))
        found = voices.waiting(session, limit=100)
        assert len(found.voices) == PEOPLE
        reading = Reading(model_version="t", areas=(), area="roads")
        rules = IntakeRules(router=routing.load_router(session), area_keys=frozenset({"roads"}))
        assert voices.record(session, found, readings=[reading] * PEOPLE, rules=rules) == PEOPLE
        assert voices.waiting(session, limit=100).response_ids == []
        submissions = session.scalars(select(Submission)).all()
        assert {one.citizen_id for one in submissions} == {None}
        assert len({one.received_at for one in submissions}) == 1
        assert session.get_one(Survey, survey_id).anonymous


def test_closing_and_removing_leave_no_unsent_answers(database: Database) -> None:
    with database.write() as session:
        survey = published(session, key="secret", anonymous=True)
        answering.start(session, survey, person=Person(citizen=citizen(session)), source=Source.LINE, at=NOW)
        service.close(session, "secret", actor=None, at=NOW)
        assert session.scalars(select(SurveyDraft)).all() == []
