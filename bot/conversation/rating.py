"""「役に立った」「役に立たなかった」 under an answer, a comment on it, 「もう一度相談する」."""

from typing import Final

from bot.conversation import consent
from bot.conversation.actions import Comment, Rate, Reopen
from bot.conversation.choices import ADD, MAIN, NO_COMMENT, STATUS
from bot.conversation.facts import Facts, SentAnswer
from bot.conversation.incoming import Press
from bot.conversation.replies import Choice, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import ADDING_SECONDS, FLOW_SECONDS, not_found

_PURPOSE: Final = "rating"


def helpful_pressed(state: State, press: Press, facts: Facts) -> Step:
    """It helped."""
    answer = _meant(press, facts)
    if answer is None:
        return not_found(state)
    done = (Rate(answer.id, helpful=True),)
    return Step(state.idle(), (Say(("rating.thanks",), (STATUS,)),), done, about=press.about, purpose=_PURPOSE)


def unhelpful_pressed(state: State, press: Press, facts: Facts) -> Step:
    """It did not: whoever lets us keep their words may say what was missing."""
    answer = _meant(press, facts)
    if answer is None:
        return not_found(state)
    done = (Rate(answer.id, helpful=False),)
    if not facts.consented:
        return Step(state.idle(), (Say(("rating.sorry",), MAIN),), done, about=press.about, purpose=_PURPOSE)
    opened = state.into(Flow.COMMENT, until=facts.at + FLOW_SECONDS, about=press.about, offered=(str(answer.id),))
    said = Say(("rating.sorry", "rating.comment", "rating.again"), (_again(answer), NO_COMMENT))
    return Step(opened, (said,), done, about=press.about, purpose=_PURPOSE)


def take_comment(state: State, facts: Facts) -> Step | None:
    """The words after 「役に立たなかった」; None when there is no such answer any more."""
    answer = facts.answer
    if state.flow is not Flow.COMMENT or answer is None or not facts.consented:
        return None
    said = Say(("rating.commented", "rating.again"), (_again(answer), STATUS))
    return Step(state.idle(), (said,), (Comment(answer.id),), about=state.about, purpose=_PURPOSE)


def reopen_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「もう一度相談する」: the matter goes back to its department, and the next words join it."""
    answer = _meant(press, facts)
    if answer is None:
        return not_found(state)
    if not facts.consented:
        return consent.show(state, facts)
    if not answer.reopenable:
        key, choices = ("rating.open_already", (ADD, STATUS)) if answer.open else ("rating.gone", MAIN)
        # A second tap must not close what the first one opened.
        kept = state if state.flow is Flow.ADDING and state.about == press.about else state.idle()
        return Step(kept, (Say((key,), choices),), about=press.about, purpose=_PURPOSE)
    opened = state.into(Flow.ADDING, until=facts.at + ADDING_SECONDS, about=press.about)
    said = Say(("rating.reopened", "rating.reopened_tell"), (STATUS,))
    return Step(opened, (said,), (Reopen(answer.id),), about=press.about, purpose=_PURPOSE)


def _meant(press: Press, facts: Facts) -> SentAnswer | None:
    return facts.answer if press.about and facts.referred is not None else None


def _again(answer: SentAnswer) -> Choice:
    return Choice("button.reopen", "reopen", str(answer.id), about=True)
