"""Free words of responses become opinions: read, routed and answerable like any other.

They are collected in rounds of the worker, outside any citizen's own transaction. Those of anonymous surveys come
without a citizen, with the day only, and after `counting` has mixed the responses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen
from feedback.clock import TOKYO
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.ports import Reading
from feedback.surveys.definition import Definition
from feedback.surveys.documents import stored_definition
from feedback.surveys.given import Answers, all_from_json
from feedback.surveys.models import Survey, SurveyResponse, SurveyVersion, SurveyVoice
from feedback.surveys.reading import folded
from feedback.surveys.rules import path

_NOTHING_TO_SAY: Final = frozenset(
    folded(one)
    for one in ("なし", "無し", "無", "ない", "特になし", "特に無し", "とくになし", "特にない", "特にありません",
                "ありません", "ございません", "特にございません", "わからない", "分からない", "-", "ー", "×")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """Words that somebody wrote to one question."""

    response_id: int
    question: str
    text: str


def voices_in(definition: Definition, answers: Answers) -> list[tuple[str, str]]:
    """(Question, words) of the answers that are to become opinions; 「特になし」 is none. Pure."""
    return [
        (one.key, answers[one.key].text)
        for one in path(definition, answers)
        if one.voice and folded(answers[one.key].text) not in _NOTHING_TO_SAY | {""}
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Responses not looked through yet, and the words in them."""

    response_ids: list[int]
    voices: list[Voice]


def waiting(session: Session, *, limit: int) -> Waiting:
    """So many of the responses whose words have not become opinions yet."""
    query = (
        select(SurveyResponse)
        .join(Survey, Survey.id == SurveyResponse.survey_id)
        .where(SurveyResponse.voiced.is_(False), or_(Survey.anonymous.is_(False), SurveyResponse.counted))
        .order_by(SurveyResponse.id)
        .limit(limit)
    )
    definitions: dict[int, Definition] = {}
    found = Waiting([], [])
    for response in session.scalars(query):
        version = response.version_id
        if version not in definitions:
            definitions[version] = stored_definition(session.get_one(SurveyVersion, version).definition)
        said = voices_in(definitions[version], all_from_json(response.answers))
        found.response_ids.append(response.id)
        found.voices.extend(Voice(response.id, question, words) for question, words in said)
    return found


def record(session: Session, found: Waiting, *, readings: Sequence[Reading], rules: IntakeRules) -> int:
    """Make opinions of words that were read, and mark the responses. Returns how many; none is made twice.

    What was taken back since it was read is left out. No answer by a date is promised for them.
    """
    made = 0
    for voice, reading in zip(found.voices, readings, strict=True):
        response = session.scalar(
            select(SurveyResponse)
            .where(SurveyResponse.id == voice.response_id, SurveyResponse.voiced.is_(False))
            .with_for_update()
        )
        if response is None or response.answers.get(voice.question, {}).get("t") != voice.text:
            continue
        submission = _receive(session, response, voice, reading, rules)
        session.flush()
        session.add(
            SurveyVoice(
                submission_id=submission.id,
                survey_id=response.survey_id,
                response_id=response.id,
                question=voice.question,
            )
        )
        made += 1
    session.execute(update(SurveyResponse).where(SurveyResponse.id.in_(found.response_ids)).values(voiced=True))
    return made


def _receive(
    session: Session, response: SurveyResponse, voice: Voice, reading: Reading, rules: IntakeRules
) -> Submission:
    at = response.submitted_at or datetime.combine(response.day, time(12), TOKYO)
    citizen = session.get(Citizen, response.citizen_id) if response.citizen_id else None
    submission = intake.receive(
        session,
        channel=Channel.MONITOR,
        parts=[NewPart(kind=PartKind.TEXT, text=voice.text, sent_at=at)],
        received_at=at,
        rules=rules,
        reading=reading,
        sender=Sender(citizen=citizen, age_band=response.age_band, district=response.district, wants_reply=False),
        source_id=f"survey:{response.id}:{voice.question}",
    )
    for matter in submission.matters:
        matter.due_on, matter.due_fixed = None, True
    return submission
