"""The first definition of a new survey."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.surveys.checking import KEY
from feedback.surveys.definition import Definition, QuestionType
from feedback.surveys.editing import blank
from feedback.surveys.models import Survey


def begin(source: Definition | None, *, key: str, title: str) -> Definition:
    """A definition under a key and title of its own; without a source it has one question. Invalid."""
    key, title = key.strip() or (source.key if source else ""), title.strip() or (source.title if source else "")
    if not KEY.fullmatch(key):
        raise Invalid("キーを半角の英数字・_・- で入力してください（例: r8-ishiki）。")
    if not title:
        raise Invalid("題名を入力してください。")
    if source is None:
        return Definition(key=key, title=title, questions=(blank(QuestionType.SINGLE, "q1"),))
    # The days of the survey it was copied from are over, or not its own.
    return replace(source, key=key, title=title, opens=None, closes=None)


def is_key_taken(session: Session, key: str) -> bool:
    """Whether a survey has this key."""
    return session.scalar(select(Survey.id).where(Survey.key == key)) is not None
