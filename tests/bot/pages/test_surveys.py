from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.pages import create_pages
from bot.pages.survey_fields import typed_words
from feedback.config import Settings
from feedback.db import Database
from feedback.surveys import addresses, answering, queries, service, visits
from feedback.surveys.answering import Person
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer, all_from_json
from feedback.surveys.models import LinkKind, Survey, SurveyDraft, SurveyParticipation, SurveyResponse
from feedback.surveys.rules import Source, SurveyState
from tests.conftest import NOW, FakeClock
from tests.feedback.surveys.definitions import answered, definitions, every_type
from tests.feedback.surveys.test_answering import citizen, published


@dataclass(frozen=True, slots=True)
class Web:
    """The form of one survey, seen by a browser without JavaScript."""

    client: FlaskClient
    database: Database
    settings: Settings
    token: str

    def begin(self, **fields: str) -> str:
        answer = self.client.post(f"/s/{self.token}", data={"step": "begin"} | fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def post(self, path: str, fields: Mapping[str, Any], *, step: str = "next") -> TestResponse:
        return self.client.post(path, data={"step": step, **fields})

    def responses(self) -> list[dict[str, Any]]:
        with self.database.read() as session:
            return list(session.scalars(select(SurveyResponse.answers)))


@pytest.fixture
def web(settings: Settings, database: Database, clock: FakeClock) -> Web:
    with database.write() as session:
        published(session)
        token = service.add_link(session, "poll", kind=LinkKind.PUBLIC, label="広報紙", actor=None, at=NOW).token
    return Web(create_pages(settings, database, clock=clock).test_client(), database, settings, token)


def test_from_the_link_to_thanks_and_sent_only_once(web: Web) -> None:
    intro = web.client.get(f"/s/{web.token}")
    assert "広報についてのアンケート" in intro.text
    assert "form-action 'self'" in intro.headers["Content-Security-Policy"]
    assert "<script" not in intro.text
    assert "Set-Cookie" not in intro.headers
    path = web.begin()
    after = web.post(path, {"q.read": "no"})
    assert after.headers["Location"] == f"{path}?page=2"
    web.post(f"{path}?page=2", {"q.why": "字が小さい"})
    review = web.client.get(path).text
    assert "読まない" in review
    assert "字が小さい" in review
    done = web.post(path, {}, step="send")
    assert "ご協力ありがとうございました" in web.client.get(done.headers["Location"]).text
    again = web.post(path, {}, step="send")
    assert again.headers["Location"] == done.headers["Location"]
    assert web.client.get(path).headers["Location"] == done.headers["Location"]
    assert web.responses() == [{"read": {"c": ["no"]}, "why": {"t": "字が小さい"}}]


def test_errors_stand_beside_the_field_and_what_was_entered_stays(web: Web) -> None:
    path = web.begin()
    refused = web.post(path, {})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert refused.text.count("この質問には、お答えが必要です。") == 2
    web.post(path, {"q.read": "no"})
    long = web.post(f"{path}?page=2", {"q.why": "長" * 3001})
    assert long.status_code == 422
    assert "長" * 3001 in long.text
    assert 'aria-invalid="true"' in long.text


def test_somebody_comes_back_goes_back_and_takes_another_way(web: Web) -> None:
    path = web.begin()
    web.post(path, {"q.read": "no"})
    assert "読まないのはなぜですか" in web.client.get(path).text
    back = web.post(f"{path}?page=2", {"q.why": "途中"}, step="back")
    assert back.headers["Location"] == f"{path}?page=1"
    assert "checked" in web.client.get(back.headers["Location"]).text
    web.post(f"{path}?page=1", {"q.read": "yes"})
    web.post(f"{path}?page=2", {"q.score": "5"})
    web.post(path, {}, step="send")
    assert web.responses() == [{"read": {"c": ["yes"]}, "score": {"c": ["5"]}}]


def test_a_personal_address_leads_to_the_citizens_own_answers(web: Web) -> None:
    with web.database.write() as session:
        who, survey = citizen(session), service.survey_of(session, "poll")
        keys = web.settings.key_ring()
        path = addresses.personal_address("", keys, survey_id=survey.id, citizen_id=who.id)
        citizen_id = who.id
    assert "回答をはじめる" in web.client.get(path).text
    web.post(path, {}, step="begin")
    web.post(path, {"q.read": "no"})
    with web.database.write() as session:  # goes on in the chat
        survey = service.survey_of(session, "poll")
        who = session.get_one(type(who), citizen_id)
        draft = answering.start(session, survey, person=Person(citizen=who), source=Source.LINE, at=NOW)
        assert answering.answer(session, draft, key="why", raw="遠い", at=NOW) is None
    web.post(path, {}, step="send")
    assert web.responses() == [{"read": {"c": ["no"]}, "why": {"t": "遠い"}}]
    with web.database.read() as session:
        assert session.scalar(select(SurveyParticipation.person_id)) == citizen_id
    assert web.client.get(path).status_code == 303


@pytest.mark.parametrize("path", ["/s/nothing", "/s/p/AAAA", "/s/p/%E3%81%82", "/s/nothing/x", "/s/nothing/qr.svg"])
def test_addresses_that_lead_nowhere(web: Web, path: str) -> None:
    assert web.client.get(path).status_code == 404
    assert web.client.post(path).status_code in {404, 405}


def test_a_ticket_nobody_drew_and_a_link_switched_off(web: Web) -> None:
    assert web.client.get(f"/s/{web.token}/guessed").status_code == 404
    assert web.client.get(f"/s/{web.token}/guessed/thanks").status_code == 404
    path = web.begin()
    with web.database.write() as session:
        link = queries.link_of(session, web.token)
        assert link is not None
        service.switch_link(session, link.id, active=False, actor=None, at=NOW)
    assert web.client.get(path).status_code == 404


def test_closed_surveys_say_so(web: Web) -> None:
    path = web.begin()
    web.post(path, {"q.read": "yes"})
    with web.database.write() as session:
        service.close(session, "poll", actor=None, at=NOW)
    closed = web.client.get(f"/s/{web.token}")
    assert closed.status_code == 403
    assert "受付は終わりました" in closed.text
    assert web.client.post(f"/s/{web.token}").status_code == 403
    assert web.client.get(path).status_code == 404


def test_machines_are_held_off(web: Web) -> None:
    trapped = web.client.post(f"/s/{web.token}", data={"website": "http://spam.example"})
    assert trapped.status_code == 200
    for _ in range(visits.MOST):
        web.begin()
    assert web.client.post(f"/s/{web.token}").status_code == 429
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(SurveyDraft)) == visits.MOST


def test_the_qr_code_holds_the_address(web: Web) -> None:
    drawn = web.client.get(f"/s/{web.token}/qr.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.text.startswith("<?xml")


# The chat and the web give the same record


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory, sqlite_templates: dict[str, Any]) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("same") / "machikoe.sqlite3"
    path.write_bytes(sqlite_templates["city"].read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


def _fields(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """How a browser would send these answers."""
    fields: dict[str, Any] = {}
    for key, answer in answers.items():
        question = definition.question(key)
        assert question is not None
        ranked = question.type is QuestionType.RANKING
        fields |= {f"q.{key}.{row}": column for row, column in answer.cells}
        fields |= {f"q.{key}.{one}": str(place) for place, one in enumerate(answer.choices, 1)} if ranked else {}
        if answer.choices and not ranked:
            fields[f"q.{key}"] = list(answer.choices)
        if answer.choices and answer.text:
            fields[f"q.{key}.text"] = answer.text
        elif not answer.choices and not answer.cells:
            fields[f"q.{key}"] = typed_words(question, answer)
    return fields


def _say(data: st.DataObject, question: Question) -> str | Answer:
    return "駅前の交差点" if question.type is QuestionType.LOCATION else data.draw(answered(question))


@budget(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_chat_and_web_give_the_same_record(settings: Settings, one_file: Database, data: st.DataObject) -> None:
    questions = data.draw(st.one_of(definitions().map(lambda one: one.questions), st.just(every_type().questions[:-1])))
    with one_file.write() as session:
        key = f"k{session.scalar(select(func.count()).select_from(Survey))}"
        drawn = Definition(key=key, title=f"調査{key}", questions=questions)
        version = service.save(session, drawn, actor=None, at=NOW)
        survey = service.survey_of(session, key)
        # Published past the checks: that a drawn question may be out of reach does not matter here.
        version.published_at, survey.state = NOW, SurveyState.PUBLISHED
        token = service.add_link(session, key, kind=LinkKind.PUBLIC, label="", actor=None, at=NOW).token
        chat = answering.start(
            session, survey, person=Person(token_hash=b"chat" + key.encode()), source=Source.LINE, at=NOW
        )
        while (question := answering.standing(session, chat).question) is not None:
            assert answering.answer(session, chat, key=question.key, raw=_say(data, question), at=NOW) is None
        fields = _fields(drawn, all_from_json(chat.answers))
        answering.submit(session, chat, at=NOW)
    client = create_pages(settings, one_file, clock=FakeClock()).test_client()
    path = client.post(f"/s/{token}", data={}).headers["Location"]
    while 'step" value="send' not in (page := client.get(path)).text:
        assert client.post(path, data=fields).status_code == 303, page.text
    client.post(path, data={"step": "send"})
    with one_file.read() as session:
        one, other = session.scalars(select(SurveyResponse.answers).where(SurveyResponse.survey_id == survey.id)).all()
    assert one == other
