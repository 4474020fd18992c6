"""「取り下げる」, after asking once whether they mean it."""

from bot.conversation.actions import Withdraw
from bot.conversation.choices import STATUS, WRITE
from bot.conversation.facts import Facts, Opinion
from bot.conversation.incoming import Press
from bot.conversation.replies import Choice, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS, not_found, pressed, subject
from bot.conversation.words import Command, Word

_CONFIRM = (Choice("button.withdraw_yes", "withdraw-yes", about=True), Choice("button.no", "stop"))


def typed(state: State, facts: Facts) -> Step:
    """「取り下げる」 typed."""
    return _ask(state, facts, *subject(state, facts))


def ask_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「取り下げる」 pressed."""
    return _ask(state, facts, *pressed(facts, press.about))


def yes_pressed(state: State, press: Press, facts: Facts) -> Step:
    """The confirmation pressed."""
    return _do(state, *pressed(facts, press.about))


def _ask(state: State, facts: Facts, about: int, target: Opinion | None) -> Step:
    if target is None:
        return not_found(state)
    if target.withdrawn:
        return _already(state, about)
    opened = state.into(Flow.WITHDRAW, until=facts.at + FLOW_SECONDS, about=about)
    return Step(opened, (Say(("withdraw.sure",), _CONFIRM),), about=about)


def answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed yes or no while the question is open."""
    if word.command is Command.YES or word.number == 1:
        return _do(state, *subject(state, facts))
    if word.command is Command.NO or word.number == 2:
        about, _ = subject(state, facts)
        return Step(state.idle(), (Say(("withdraw.kept",), (STATUS, WRITE)),), about=about)
    return None


def _do(state: State, about: int, target: Opinion | None) -> Step:
    if target is None:
        return not_found(state)
    if target.withdrawn:
        return _already(state, about)
    said = Say(("withdraw.done", "withdraw.erase_hint"), (STATUS, WRITE))
    return Step(state.idle(), (said,), (Withdraw(),), about=about, purpose="withdrawn")


def _already(state: State, about: int) -> Step:
    return Step(state.idle(), (Say(("withdraw.already",), (STATUS, WRITE)),), about=about)
