"""Consent: nothing is kept under a LINE identity before it, and a new notice asks again."""

from typing import Final

from bot.conversation.actions import Agree, Refuse
from bot.conversation.choices import AGREE, AGREE_AND_SEND, CONTACT, MAIN, REFUSE
from bot.conversation.facts import Facts
from bot.conversation.incoming import Press
from bot.conversation.replies import Fate, Notice, Receipts, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.words import Command, Word

ANSWER_SECONDS: Final = 86_400
_WAITING: Final = ("waiting",)
"""Marks that words wait: who was asked at the greeting has sent none yet."""


def ask(state: State, facts: Facts) -> Step:
    """Somebody writes an opinion and has not agreed to the notice in force: hold it and ask.

    After a refusal nothing is held; the answer says so and how else to reach the city.
    """
    if facts.refused:
        return Step(state.idle(), (Say(("consent.refused_before", "contact.otherwise"), (AGREE, CONTACT)),))
    opened = state.into(Flow.CONSENT, until=facts.at + ANSWER_SECONDS, offered=_WAITING)
    if state.flow is Flow.CONSENT and state.offered == _WAITING:
        reply: Say | Notice = Say(("consent.also_held",), (AGREE_AND_SEND, REFUSE))
    else:
        reply = Notice(waiting=True, lead=("consent.renewed",) if facts.before else ("consent.first",))
    return Step(opened, (reply,), fate=Fate.HOLD, purpose="consent")


def show(state: State, facts: Facts) -> Step:
    """The notice by itself, without words waiting."""
    opened = state if facts.consented else state.into(Flow.CONSENT, until=facts.at + ANSWER_SECONDS)
    return Step(opened, (Notice(),), purpose="consent")


def answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed answer while the question is open."""
    if word.command is Command.YES or word.number == 1:
        return agree(state, facts)
    if word.command is Command.NO or word.number == 2:
        return refuse(state, facts)
    return None


def pressed(state: State, press: Press, facts: Facts) -> Step:
    """The button 同意; one of an older notice shows the one in force instead."""
    if press.argument and press.argument != facts.notice_version:
        return show(state, facts)
    return agree(state, facts)


def agree(state: State, facts: Facts) -> Step:
    """They agree: record what waited, answer with its receipt."""
    if facts.consented:
        return Step(state.idle(), (Say(("consent.already",), MAIN),))
    if facts.held:
        replies = (Say(("consent.thanks",)), Receipts())
        return Step(state.idle(), replies, (Agree(),), purpose="receipt")
    return Step(state.idle(), (Say(("consent.thanks", "consent.write_now"), MAIN),), (Agree(),), purpose="consent")


def refuse(state: State, facts: Facts) -> Step:
    """They do not agree, or no longer do: what waited is cleared."""
    keys = ("consent.refused", "contact.otherwise")
    if facts.consented:
        keys = ("consent.taken_back", "contact.otherwise")
    return Step(state.idle(), (Say(keys, (AGREE, CONTACT)),), (Refuse(),), purpose="consent")
