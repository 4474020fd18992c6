"""「状況」: the last submissions, and one of them with what can be done about it."""

from bot.conversation.choices import MAIN
from bot.conversation.facts import Facts, Opinion
from bot.conversation.incoming import Press
from bot.conversation.needs import numbered
from bot.conversation.replies import OpinionDetail, OpinionList, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS, not_found, pressed
from bot.conversation.words import Word


def show_list(state: State, facts: Facts) -> Step:
    """The last submissions, to be chosen by button or number."""
    if not facts.listed:
        return Step(state.idle(), (Say(("status.none",), MAIN),))
    opened = state.into(Flow.LIST, until=facts.at + FLOW_SECONDS, offered=tuple(map(str, facts.listed)))
    return Step(opened, (OpinionList(),), purpose="status")


def answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed number while the list is open."""
    if numbered(state.offered, word.number) is None:
        return None
    return by_receipt(state, facts)


def by_receipt(state: State, facts: Facts) -> Step:
    """The submission that the typed number means."""
    if facts.referred is None or facts.referred.id is None:
        return not_found(state)
    return _detail(state, facts, facts.referred.id, facts.referred)


def show_pressed(state: State, press: Press, facts: Facts) -> Step:
    """One submission's button."""
    about, target = pressed(facts, press.about)
    return not_found(state) if target is None else _detail(state, facts, about, target)


def _detail(state: State, facts: Facts, about: int, target: Opinion) -> Step:
    opened = state.into(Flow.DETAIL, until=facts.at + FLOW_SECONDS, about=about)
    return Step(opened, (OpinionDetail(open=target.open),), about=about, purpose="status")
