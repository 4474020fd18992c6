"""「個人情報」: what is kept, the notice, taking consent back, deleting everything (asked twice)."""

from typing import Final

from bot.conversation.actions import Erase
from bot.conversation.choices import CONTACT, MAIN, REFUSE
from bot.conversation.facts import Facts
from bot.conversation.replies import Choice, Kept, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS
from bot.conversation.words import Command, Word

NOTICE: Final = Choice("button.notice", "notice")
_ERASE: Final = Choice("button.erase", "erase")
_NO: Final = Choice("button.no", "stop")


def show(state: State, facts: Facts) -> Step:
    """What is kept about them."""
    del facts
    return Step(state.idle(), (Kept(),), purpose="privacy")


def erase_asked(state: State, facts: Facts) -> Step:
    """「すべて消す」: ask the first time."""
    opened = state.into(Flow.ERASE, until=facts.at + FLOW_SECONDS)
    return Step(opened, (Say(("erase.ask", "erase.what"), (Choice("button.erase_go_on", "erase-sure"), _NO)),))


def erase_sure(state: State, facts: Facts) -> Step:
    """Ask the second time."""
    opened = state.into(Flow.ERASE_SURE, until=facts.at + FLOW_SECONDS)
    return Step(opened, (Say(("erase.sure",), (Choice("button.erase_yes", "erase-yes"), _NO)),))


def erase_yes(state: State, facts: Facts) -> Step:
    """Delete. A button alone is not enough: both questions must have been asked just now."""
    if state.flow is not Flow.ERASE_SURE:
        return erase_asked(state, facts)
    return Step(State(), (Say(("erase.done", "erase.stays"), (CONTACT,)),), (Erase(),), purpose="erased")


def answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed yes or no to either question."""
    if word.command is Command.NO or word.number == 2:
        return Step(state.idle(), (Say(("erase.kept",), MAIN),))
    if word.command is not Command.YES and word.number != 1:
        return None
    return erase_yes(state, facts) if state.flow is Flow.ERASE_SURE else erase_sure(state, facts)


def kept_choices(*, consented: bool) -> tuple[Choice, ...]:
    """The buttons below what is kept."""
    return (NOTICE, _ERASE, REFUSE, CONTACT) if consented else (NOTICE, _ERASE, CONTACT)
