"""What a step wants done, without ids of LINE. Words stay with the event, but for the answer to a survey."""

from dataclasses import dataclass

from feedback.surveys.given import Answer


@dataclass(frozen=True, slots=True)
class Record:
    """Make a new submission of this message."""


@dataclass(frozen=True, slots=True)
class Join:
    """Add this message to the submission the step is about."""


@dataclass(frozen=True, slots=True)
class Agree:
    """Keep the consent, and record the words that waited for it."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Keep the refusal; the words that waited are cleared."""


@dataclass(frozen=True, slots=True)
class ChooseArea:
    """Take the citizen's word on the area."""

    key: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the submission back."""


@dataclass(frozen=True, slots=True)
class SetAge:
    """Keep the age band; None forgets it."""

    band: str | None


@dataclass(frozen=True, slots=True)
class SetDistrict:
    """Keep the district; None forgets it."""

    district: str | None


@dataclass(frozen=True, slots=True)
class Erase:
    """Forget everything of this citizen."""


@dataclass(frozen=True, slots=True)
class EraseMessage:
    """Forget one message; when it is not there yet, remember to drop it."""

    message_key: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Note whether the citizen can be written to."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the group or room."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Keep whether an answer helped."""

    answer_id: int
    helpful: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """Keep this message as the citizen's words on an answer."""

    answer_id: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """Give the matter of an answer back to its department."""

    answer_id: int


@dataclass(frozen=True, slots=True)
class BeginSurvey:
    """Begin a survey, or go on with it. ``seed`` orders the choices."""

    seed: int


@dataclass(frozen=True, slots=True)
class AnswerSurvey:
    """Keep the answer to a question."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class TurnSurvey:
    """Open an answered question again."""

    question: str


@dataclass(frozen=True, slots=True)
class DropSurvey:
    """Throw the unsent answers away."""


@dataclass(frozen=True, slots=True)
class SendSurvey:
    """Send the answers."""


@dataclass(frozen=True, slots=True)
class WantSurveys:
    """Whether surveys may be sent to the citizen."""

    wanted: bool


Action = (
    Record
    | Join
    | Agree
    | Refuse
    | ChooseArea
    | Withdraw
    | SetAge
    | SetDistrict
    | Erase
    | EraseMessage
    | Reach
    | Leave
    | Rate
    | Comment
    | Reopen
    | BeginSurvey
    | AnswerSurvey
    | TurnSurvey
    | DropSurvey
    | SendSurvey
    | WantSurveys
)
