"""First words: the greeting of a new friend, the menu, how to use it, how to reach the city."""

from bot.conversation.actions import Leave, Reach
from bot.conversation.choices import HELP, MAIN, STATUS
from bot.conversation.consent import ANSWER_SECONDS
from bot.conversation.facts import Facts
from bot.conversation.incoming import Follow, Group, Unfollow
from bot.conversation.replies import Notice, Numbers, Say, Step
from bot.conversation.state import Flow, State


def follow(state: State, incoming: Follow, facts: Facts) -> Step:
    """Greet. Who has agreed already, or was here before, is spared the long form."""
    if facts.consented:
        return Step(state.idle(), (Say(("follow.back", "follow.back_how"), MAIN),), purpose="greeting")
    opened = state.into(Flow.CONSENT, until=facts.at + ANSWER_SECONDS)
    if incoming.unblocked:
        return Step(opened, (Say(("follow.back",)), Notice()), purpose="greeting")
    hello = Say(("follow.hello", "follow.what_for", "follow.what_happens"))
    return Step(opened, (hello, Numbers("contact"), Notice()), purpose="greeting")


def unfollow(state: State, incoming: Unfollow, facts: Facts) -> Step:
    """Blocked: nothing more is sent, and no question stays open."""
    del incoming, facts
    return Step(state.idle(), actions=(Reach(reachable=False),))


def group(state: State, incoming: Group, facts: Facts) -> Step:
    """Groups are no place for confidential words: say so and leave."""
    del incoming, facts
    return Step(state, (Say(("group.leave",)),), (Leave(),), purpose="group")


def menu(state: State, facts: Facts) -> Step:
    """Everything one can do here."""
    del facts
    return Step(state.idle(), (Say(("menu.title",), MAIN),))


def help_(state: State, facts: Facts) -> Step:
    """How it works."""
    del facts
    keys = ("help.opinion", "help.photo", "help.status", "help.fix", "help.survey", "help.privacy", "help.typed")
    return Step(state.idle(), (Say(keys, MAIN),))


def contact(state: State, facts: Facts) -> Step:
    """Emergency numbers, and how to reach the city otherwise."""
    del facts
    return Step(state, (Numbers("contact"), Say(("contact.otherwise",), (STATUS, HELP))), purpose="contact")


def stop(state: State, facts: Facts) -> Step:
    """「やめる」: close whatever was open."""
    del facts
    key = "stop.added" if state.flow is Flow.ADDING else "stop.done"
    return Step(state.idle(), (Say((key,), MAIN),))
