"""The machine: which flow answers what comes in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.conversation import (
    area,
    consent,
    greeting,
    opinion,
    privacy,
    profile,
    rating,
    safety,
    status,
    survey,
    withdrawal,
)
from bot.conversation.actions import EraseMessage
from bot.conversation.facts import Facts
from bot.conversation.incoming import (
    Follow,
    Group,
    Incoming,
    Media,
    Place,
    Press,
    Sticker,
    Unfollow,
    Unsend,
    Words,
)
from bot.conversation.replies import Step
from bot.conversation.state import Flow, State
from bot.conversation.words import Command, Word

_BY_COMMAND: Final[Mapping[Command, Callable[[State, Facts], Step]]] = {
    Command.MENU: greeting.menu,
    Command.STATUS: status.show_list,
    Command.HELP: greeting.help_,
    Command.PRIVACY: privacy.show,
    Command.PROFILE: profile.start,
    Command.CONTACT: greeting.contact,
    Command.WRITE: opinion.invite,
    Command.PHOTO: opinion.invite_photo,
    Command.STOP: greeting.stop,
    Command.AGREE: survey.agree,
    Command.REFUSE: consent.refuse,
    Command.PICK: area.pick_typed,
    Command.ADD: opinion.add_typed,
    Command.WITHDRAW: withdrawal.typed,
    Command.ERASE: privacy.erase_asked,
    Command.SURVEY: survey.show_list,
}

_BY_FLOW: Final[Mapping[Flow, Callable[[State, Word, Facts], Step | None]]] = {
    Flow.CONSENT: survey.consent_answered,
    Flow.AREA: area.answered,
    Flow.WITHDRAW: withdrawal.answered,
    Flow.LIST: status.answered,
    Flow.AGE: profile.age_answered,
    Flow.ERASE: privacy.answered,
    Flow.ERASE_SURE: privacy.answered,
    Flow.SURVEYS: survey.list_answered,
}

_BY_SIMPLE_VERB: Final[Mapping[str, Callable[[State, Facts], Step]]] = {
    "menu": greeting.menu,
    "status": status.show_list,
    "help": greeting.help_,
    "privacy": privacy.show,
    "profile": profile.start,
    "profile-forget": profile.forget,
    "district": profile.ask_district,
    "contact": greeting.contact,
    "write": opinion.invite,
    "photo": opinion.invite_photo,
    "stop": greeting.stop,
    "refuse": consent.refuse,
    "notice": consent.show,
    "erase": privacy.erase_asked,
    "erase-sure": privacy.erase_sure,
    "erase-yes": privacy.erase_yes,
}

_BY_VERB: Final[Mapping[str, Callable[[State, Press, Facts], Step]]] = {
    **survey.BUTTONS,
    "agree": survey.agree_pressed,
    "show": status.show_pressed,
    "pick": area.pick_pressed,
    "areas": area.all_pressed,
    "area": area.chosen_pressed,
    "add": opinion.add_pressed,
    "withdraw": withdrawal.ask_pressed,
    "withdraw-yes": withdrawal.yes_pressed,
    "age": profile.age_pressed,
    "helpful": rating.helpful_pressed,
    "unhelpful": rating.unhelpful_pressed,
    "reopen": rating.reopen_pressed,
}

VERBS: Final = frozenset(_BY_SIMPLE_VERB) | frozenset(_BY_VERB)
"""What our buttons can say."""


def step(state: State, incoming: Incoming, facts: Facts) -> Step:
    """Decide what to do and say. Pure: the same arguments always give the same step."""
    if state.flow is not None and facts.at > state.until:
        state = state.idle()
    return survey.paused(state, _BY_TYPE[type(incoming)](state, incoming, facts))


def _on_words(state: State, words: Words, facts: Facts) -> Step:
    answered = _on_survey(state, words, facts)
    return _on_other_words(state, words, facts) if answered is None else answered


def _on_survey(state: State, words: Words, facts: Facts) -> Step | None:
    if state.flow is Flow.SURVEY:
        return survey.words(state, words, facts)
    return survey.introduce(state, facts) if facts.titled and words.word.command is None else None


def _on_other_words(state: State, words: Words, facts: Facts) -> Step:
    word = words.word
    danger = facts.reading.safety if facts.reading else None
    # A command is our own exact word: a reader that sees danger in 「すべて消す」 is wrong.
    if danger in safety.KNOWN and word.command is None:
        return safety.numbers_first(opinion.take_words(state, facts), danger)
    if word.plain:
        answered = _on_word(state, words, facts)
        if answered is not None:
            return answered
    return (
        rating.take_comment(state, facts) or opinion.small_talk(state, words, facts) or opinion.take_words(state, facts)
    )


def _on_word(state: State, words: Words, facts: Facts) -> Step | None:
    word = words.word
    command = _BY_COMMAND.get(word.command) if word.command is not None else None
    if command is not None:
        return command(state, facts)
    if word.submission is not None:
        return status.by_receipt(state, facts)
    if state.flow is Flow.DISTRICT:
        return profile.district_answered(state, words.text, word, facts)
    answer = _BY_FLOW.get(state.flow) if state.flow is not None else None
    return answer(state, word, facts) if answer else None


def _on_press(state: State, press: Press, facts: Facts) -> Step:
    simple = _BY_SIMPLE_VERB.get(press.verb)
    if simple is not None:
        return simple(state, facts)
    return _BY_VERB.get(press.verb, _unknown_verb)(state, press, facts)


def _unknown_verb(state: State, press: Press, facts: Facts) -> Step:
    del press
    return greeting.menu(state, facts)


def _on_media(state: State, media: Media | Place, facts: Facts) -> Step:
    answered = survey.media(state, media, facts) if state.flow is Flow.SURVEY else None
    return opinion.take_media(state, media, facts) if answered is None else answered


def _on_sticker(state: State, sticker: Sticker, facts: Facts) -> Step:
    answered = survey.media(state, sticker, facts) if state.flow is Flow.SURVEY else None
    return opinion.take_sticker(state, sticker, facts) if answered is None else answered


def _on_unsend(state: State, unsend: Unsend, facts: Facts) -> Step:
    del facts
    return Step(state, actions=(EraseMessage(unsend.message_key),))


_BY_TYPE: Final[Mapping[type[Incoming], Callable[[State, Any, Facts], Step]]] = {
    Words: _on_words,
    Media: _on_media,
    Place: _on_media,
    Sticker: _on_sticker,
    Press: _on_press,
    Follow: greeting.follow,
    Unfollow: greeting.unfollow,
    Unsend: _on_unsend,
    Group: greeting.group,
}
