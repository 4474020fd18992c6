"""How long the simple counts of a survey take: `python -m benchmarks.surveys [--responses N] [--url URL]`.

Loads made-up responses to the shipped survey of twenty questions, counts them as the worker does, then asks for the
results, on SQLite or the database of ``--url``. Wanted: 1 s at 100,000 responses.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from admin.survey_files import parse, template_text
from app import migrating
from feedback.clock import tokyo_date, utc_now
from feedback.db import Database
from feedback.rows import write_rows
from feedback.surveys import counting, queries, service
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer, all_to_json
from feedback.surveys.models import Survey, SurveyResponse
from feedback.surveys.rules import Source, counted, next_question

BATCH = 5_000


def answered(question: Question, chance: random.Random) -> Answer:
    """What somebody might answer; one in eight passes what may be passed."""
    if not question.required and chance.random() < 0.125:
        return Answer()
    keys = [one.key for one in question.choices]
    if question.picks_one:
        return Answer(choices=(chance.choice(keys),))
    if question.type in {QuestionType.MULTIPLE, QuestionType.RANKING}:
        return Answer(choices=tuple(sorted(chance.sample(keys, chance.randint(1, 3)))))
    if question.rows:
        return Answer(cells=tuple((row.key, chance.choice(keys)) for row in question.rows))
    return Answer(text="駅前の歩道を広くしてください。")


def responses(definition: Definition, survey_id: int, version_id: int, count: int) -> Iterator[dict[str, Any]]:
    """Rows of made-up responses."""
    chance, today = random.Random(5), tokyo_date(utc_now())
    for number in chance.sample(range(1, 2**49), count):
        answers: dict[str, Answer] = {}
        while (question := next_question(definition, answers)) is not None:
            answers[question.key] = answered(question, chance)
        yield {
            "id": number, "survey_id": survey_id, "version_id": version_id, "source": Source.WEB, "day": today,
            "answers": all_to_json(counted(definition, answers)), "test": False, "counted": False, "voiced": True,
        }  # fmt: skip


def fill(database: Database, count: int) -> int:
    """Publish the survey, load the responses, count them. Returns the survey's id."""
    definition = parse(template_text("civic_awareness"))
    with database.write() as session:
        version = service.save(session, definition, actor=None, at=utc_now())
        service.publish(session, definition.key, actor=None, at=utc_now())
        survey_id, version_id = version.survey_id, version.id
    rows = list(responses(definition, survey_id, version_id, count))
    for first in range(0, count, BATCH):
        with database.write() as session:
            write_rows(session, SurveyResponse.__table__, rows[first : first + BATCH])  # type: ignore[arg-type]
    begun = time.perf_counter()
    done = 1
    while done:
        with database.write() as session:
            done = counting.count_waiting(session, today=tokyo_date(utc_now()))
    print(f"{count:,} responses counted by the rounds in {time.perf_counter() - begun:.1f} s")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return survey_id


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.url or f"sqlite:///{folder}/surveys.sqlite3")
        migrating.upgrade(database)
        survey_id = fill(database, options.responses)
        taken = []
        for _ in range(7):
            begun = time.perf_counter()
            with database.read() as session:
                found = queries.results(session, session.get_one(Survey, survey_id))
            taken.append(time.perf_counter() - begun)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{database.engine.dialect.name}: results of {found.responses:,} responses × {len(found.questions)}"
            f" questions: p50 {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s; peak {peak:.0f} MB"
        )
        database.dispose()


if __name__ == "__main__":
    main()
