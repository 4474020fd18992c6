from datetime import UTC, datetime

from app.demo.surveys import arrange
from feedback.db import Database
from feedback.surveys import queries, service
from feedback.surveys.checking import faults
from feedback.surveys.rules import SurveyState

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def test_one_survey_is_open_and_one_is_over_with_its_responses(database: Database) -> None:
    with database.write() as session:
        arrange(session, now=NOW)
        arrange(session, now=NOW)
        opened, over = (service.survey_of(session, key) for key in ("bus-2026", "listening-2026"))
        assert (opened.state, over.state) == (SurveyState.PUBLISHED, SurveyState.CLOSED)
        assert [one.id for one in queries.open_for_citizen(session, 1, at=NOW)] == [opened.id]
        definition = queries.definition_in_force(session, opened)
        assert definition is not None
        assert faults(definition) == []
        results = queries.results(session, over)
    assert results.responses == 214
    ever = results.questions["ever"]
    assert ever.n == 214
    assert ever.counts["yes"] > ever.counts["no"] > 20
