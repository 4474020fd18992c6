"""Why somebody cannot answer a survey."""

from typing import Final

from feedback.errors import FeedbackError
from feedback.surveys.rules import Closed


class Answered(FeedbackError):
    """The person has answered this survey; one answer a person."""


class NotOpen(FeedbackError):
    """The survey takes no answers now; ``because`` says why."""

    def __init__(self, because: Closed) -> None:
        super().__init__(_NOT_OPEN[because])
        self.because = because


ANSWERED: Final = "このアンケートには、すでにお答えいただいています。ありがとうございました。"
_NOT_OPEN: Final = {
    Closed.NOT_PUBLISHED: "このアンケートは、まだ公開されていません。",
    Closed.NOT_YET: "このアンケートの受付は、まだ始まっていません。",
    Closed.OVER: "このアンケートの受付は終わりました。",
    Closed.HOURS: "ただいまの時間は、このアンケートの受付をしていません。",
    Closed.FULL: "回答が定員に達したため、このアンケートの受付は終わりました。",
}
