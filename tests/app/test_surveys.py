from collections.abc import Sequence

from sqlalchemy import select

from app.surveys import SurveyRound
from feedback.db import Database
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel
from feedback.ports import Reading
from feedback.surveys import queries, service
from tests.conftest import FakeClock
from tests.feedback.surveys.test_answering import citizen, published, respond


class RoadReader:
    """Takes everything for roads, and remembers what it was given."""

    version = "t"

    def __init__(self) -> None:
        self.given: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.given += texts
        return [Reading(model_version="t", areas=(), area="roads") for _ in texts]


def test_the_round_counts_and_makes_opinions_of_words_once(database: Database, clock: FakeClock) -> None:
    with database.write() as session:
        survey = published(session)
        respond(session, survey, citizen(session), "2", "歩道を広く")
        respond(session, survey, citizen(session, 2), "1", "4")
    reader = RoadReader()
    done = SurveyRound(database, reader, clock=clock)
    assert done.run_once() == 4  # two counted, two looked through
    assert (done.count(), done.collect()) == (0, 0)
    assert reader.given == ["歩道を広く"]
    with database.read() as session:
        assert queries.results(session, service.survey_of(session, "poll")).waiting == 0
        (submission,) = session.scalars(select(Submission))
        assert submission.channel == Channel.MONITOR
