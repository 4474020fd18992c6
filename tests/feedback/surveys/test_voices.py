from sqlalchemy import select

from feedback.db import Database
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.ports import Reading
from feedback.routing import service as routing
from feedback.surveys import forgetting, voices
from tests.conftest import NOW
from tests.feedback.surveys.test_answering import citizen, published, respond

ROADS = Reading(model_version="t", areas=(), area="roads", kind="request")


def test_free_words_are_routed_like_any_opinion_and_taken_back_with_the_answer(database: Database) -> None:
    with database.write() as session:
        survey, who, quiet = published(session), citizen(session), citizen(session, 2)
        respond(session, survey, who, "2", "歩道に段差があって歩きにくい")
        respond(session, survey, quiet, "2", "特になし。")
        found = voices.waiting(session, limit=10)
        assert [one.text for one in found.voices] == ["歩道に段差があって歩きにくい"]
        rules = IntakeRules(router=routing.load_router(session), area_keys=frozenset({"roads"}))
        assert voices.record(session, found, readings=[ROADS], rules=rules) == 1
        assert voices.record(session, found, readings=[ROADS], rules=rules) == 0
        submission = session.scalars(select(Submission)).one()
        matter = submission.matters[0]
        assert (submission.channel, submission.citizen_id, submission.age_band) == (Channel.MONITOR, who.id, "30s")
        assert (matter.area_key, matter.status, matter.due_on) == ("roads", MatterStatus.ROUTED, None)
        assert forgetting.withdraw(session, survey, citizen_id=who.id, at=NOW)
        session.flush()
        session.expire_all()
        assert (submission.erased_at, matter.status, matter.text) == (NOW, MatterStatus.WITHDRAWN, "")


def test_words_taken_back_while_they_were_read_are_left_out(database: Database) -> None:
    with database.write() as session:
        survey, who = published(session), citizen(session)
        respond(session, survey, who, "2", "遠い")
        found = voices.waiting(session, limit=10)
        forgetting.withdraw(session, survey, citizen_id=who.id, at=NOW)
        rules = IntakeRules(router=routing.load_router(session))
        assert voices.record(session, found, readings=[ROADS], rules=rules) == 0
