"""A survey of twenty questions, answered over real HTTP in random order, sent twice, with the server killed meanwhile.

`MACHIKOE_TEST_CITIZENS=200` lets two hundred answer.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

import pytest
import urllib3

from admin.survey_files import parse, template_text
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer
from feedback.surveys.pages import pages
from tests.journeys.city import City

pytestmark = pytest.mark.journey
CITIZENS = int(os.environ.get("MACHIKOE_TEST_CITIZENS", "20"))
_INSIST_SECONDS = 90
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Respondent:
    """Somebody with a browser: answers page after page, presses each button twice, tries again when nobody answers."""

    definition: Definition
    link: str
    chance: random.Random
    said: dict[str, Answer] = field(default_factory=dict)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=20))

    def answer(self) -> dict[str, Answer]:
        here = urljoin(self.link, self._post(self.link, {}).headers["Location"])
        while (on_way := pages(self.definition, self.said))[-1].is_open(self.said):
            fields: dict[str, list[str]] = {}
            for question in on_way[-1].asked:
                self.said[question.key] = self._choose(question, fields)
            for _ in range(2):
                self._post(here, fields | {"step": ["next"]}, page=len(on_way))
        for _ in range(2):
            done = self._post(here, {"step": ["send"]})
            assert done.headers["Location"].endswith("/thanks"), done.data.decode()
        return self.said

    def _choose(self, question: Question, fields: dict[str, list[str]]) -> Answer:
        name, keys = f"q.{question.key}", [one.key for one in question.choices]
        if not question.required and self.chance.random() < 0.2:
            fields[name] = []
            return Answer()
        if question.type is QuestionType.MATRIX:
            cells = tuple((row.key, self.chance.choice(keys)) for row in question.rows)
            fields.update({f"{name}.{row}": [column] for row, column in cells})
            return Answer(cells=cells)
        if question.type is QuestionType.RANKING:
            ranked = tuple(self.chance.sample(keys, 3))
            fields.update({f"{name}.{key}": [str(place)] for place, key in enumerate(ranked, 1)})
            return Answer(choices=ranked)
        if question.type is QuestionType.MULTIPLE:
            open_ = [one.key for one in question.choices if not one.exclusive]
            fields[name] = self.chance.sample(open_, self.chance.randint(1, 3))
            return Answer(choices=tuple(fields[name]))
        fields[name] = [self.chance.choice(keys)] if keys else ["歩道を広くしてください。"]
        return Answer(choices=tuple(fields[name])) if keys else Answer(text=fields[name][0])

    def _post(self, address: str, fields: dict[str, list[str]], *, page: int | None = None) -> urllib3.BaseHTTPResponse:
        body = [(name, value) for name, values in fields.items() for value in values]
        end = time.monotonic() + _INSIST_SECONDS
        while True:
            try:
                where = f"{address}?page={page}" if page else address
                answer = self.http.urlopen("POST", where, body=urlencode(body), headers=_FORM, redirect=False)
                if answer.status < 500:
                    assert answer.status == 303, answer.data.decode()
                    return answer
            except urllib3.exceptions.HTTPError:
                pass  # the server was killed; whoever has a browser presses again
            assert time.monotonic() < end
            time.sleep(0.2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_results_equal_what_was_answered_although_the_server_is_killed(city: City) -> None:
    city.command("survey", "import", "template:civic_awareness", "--publish")
    city.start_public()
    link = city.command("survey", "link", "civic-awareness").stdout.decode().strip()
    definition = parse(template_text("civic_awareness"))
    people = [Respondent(definition, link, random.Random(number)) for number in range(CITIZENS)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        answering = [pool.submit(one.answer) for one in people]
        for _ in range(2):
            time.sleep(1)
            city.stop("public", signal.SIGKILL)
            city.start_public()
        said = [one.result() for one in answering]
    found = json.loads(city.command("survey", "results", "civic-awareness", "--format", "json").stdout)
    assert found["responses"] == CITIZENS
    for question in definition.asked:
        given = [one[question.key] for one in said if question.key in one]
        counts = Counter(key for answer in given for key in answer.choices)
        rows = Counter(cell for answer in given for cell in answer.cells)
        counted = found["questions"][question.key]
        assert {key: count for key, count in counted["counts"].items() if count} == counts, question.key
        assert counted["n"] == sum(not one.is_empty for one in given), question.key
        assert counted["no_answer"] == sum(one.is_empty for one in given), question.key
        in_rows = {(row, key): n for row, columns in counted.get("rows", {}).items() for key, n in columns.items()}
        assert {cell: n for cell, n in in_rows.items() if n} == rows, question.key
