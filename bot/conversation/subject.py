"""Which submission a typed word is about."""

from typing import Final

from bot.conversation.facts import Facts, Opinion
from bot.conversation.replies import Say, Step
from bot.conversation.state import NEWEST, State

FLOW_SECONDS: Final = 1800
"""How long a question of ours stays open."""

ADDING_SECONDS: Final = 600
"""How long messages keep joining a submission after 「追加する」 or the last message that joined."""


def subject(state: State, facts: Facts) -> tuple[int, Opinion | None]:
    """The submission the conversation is about: the one the flow names, else the newest."""
    if state.flow is not None and state.about:
        return state.about, facts.referred
    return NEWEST, facts.newest


def pressed(facts: Facts, about: int | None) -> tuple[int, Opinion | None]:
    """The submission a button is about, if it is the citizen's own; buttons without one mean the newest."""
    return (about, facts.referred) if about else (NEWEST, facts.newest)


def not_found(state: State) -> Step:
    """There is no such submission, or it is not theirs; both sound the same."""
    return Step(state.idle(), (Say(("opinion.not_found",)),))
