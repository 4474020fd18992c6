"""Which facts a step will ask for, so that only those are loaded; an ordinary opinion needs none."""

from dataclasses import dataclass
from typing import Final

from bot.conversation.incoming import Incoming, Press, Words
from bot.conversation.state import Flow, State
from bot.conversation.words import MAX_ID, Command, Word

SURVEY_WAITS: Final = "survey"
"""Before a survey's id in the state of `Flow.CONSENT`: it is shown once they agree."""


@dataclass(frozen=True, slots=True)
class Needs:
    """``submission``, ``answer``, ``survey``: ids to look up.

    The rest: what else to load (``kept``: counts and dates, ``listed``: the list).
    """

    submission: int | None = None
    candidates: bool = False
    listed: bool = False
    held: bool = False
    areas: bool = False
    districts: bool = False
    kept: bool = False
    profile: bool = False
    answer: int | None = None
    survey: int | None = None
    surveys: bool = False


_NOTHING: Final = Needs()
_PROFILE_VERBS: Final = frozenset({"profile", "age", "district"})
_AREA_VERBS: Final = frozenset({"pick", "areas", "area"})
_RATING_VERBS: Final = frozenset({"helpful", "unhelpful", "reopen"})


def needs(state: State, incoming: Incoming) -> Needs:
    """What to load before `step`."""
    if isinstance(incoming, Press):
        return _for_press(state, incoming)
    about = state.about or None
    if not isinstance(incoming, Words):
        survey = _survey_of(state)
        return Needs(submission=about, survey=survey) if about or survey else _NOTHING
    if state.flow is None and incoming.word.command is None and incoming.word.submission is None:
        return _NOTHING
    return _for_word(state, incoming.word)


def _for_press(state: State, press: Press) -> Needs:
    return Needs(
        submission=press.about or None,
        candidates=press.verb == "pick",
        listed=press.verb == "status",
        held=press.verb == "agree",
        areas=press.verb in _AREA_VERBS,
        districts=press.verb in _PROFILE_VERBS,
        kept=press.verb == "privacy",
        profile=press.verb in _PROFILE_VERBS,
        answer=_id(press.argument) if press.verb in _RATING_VERBS else None,
        survey=_survey_pressed(state, press),
        surveys=press.verb == "survey" and not press.argument,
    )


def _survey_pressed(state: State, press: Press) -> int | None:
    if press.verb.startswith("survey"):
        return _id(press.argument.partition("/")[0])
    return _survey_waiting(state) if press.verb == "agree" else None


def _survey_of(state: State) -> int | None:
    """The survey that the state says is being answered."""
    return _id(state.offered[0]) if state.flow is Flow.SURVEY and state.offered else None


def _survey_waiting(state: State) -> int | None:
    """The survey that waits for consent."""
    waiting = state.flow is Flow.CONSENT and len(state.offered) == 2 and state.offered[0] == SURVEY_WAITS
    return _id(state.offered[1]) if waiting else None


def _for_word(state: State, word: Word) -> Needs:
    command = word.command
    return Needs(
        submission=_submission(state, word),
        candidates=command is Command.PICK,
        listed=command is Command.STATUS,
        held=command is Command.AGREE or (state.flow is Flow.CONSENT and _may_agree(word)),
        areas=command is Command.PICK or state.flow is Flow.AREA,
        districts=state.flow in (Flow.AGE, Flow.DISTRICT),
        kept=command is Command.PRIVACY,
        profile=command is Command.PROFILE,
        answer=_id(state.offered[0]) if state.flow is Flow.COMMENT and state.offered else None,
        survey=_survey_worded(state, word),
        surveys=command is Command.SURVEY,
    )


def _survey_worded(state: State, word: Word) -> int | None:
    if state.flow is Flow.SURVEYS:
        chosen = numbered(state.offered, word.number)
        return _id(chosen) if chosen else None
    return _survey_of(state) or (_survey_waiting(state) if word.command is Command.AGREE or _may_agree(word) else None)


def _id(text: str) -> int | None:
    short = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if short and 0 < int(text) <= MAX_ID else None


def _may_agree(word: Word) -> bool:
    return word.command is Command.YES or word.number == 1


def _submission(state: State, word: Word) -> int | None:
    if state.flow is Flow.LIST and word.number is not None:
        chosen = numbered(state.offered, word.number)
        return _id(chosen) if chosen else None
    return word.submission or state.about or None


def numbered(offered: tuple[str, ...], number: int | None) -> str | None:
    """What a typed number stands for; None when it stands for nothing."""
    return offered[number - 1] if number is not None and 0 < number <= len(offered) else None
