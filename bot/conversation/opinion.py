"""Opinions: free words, photos, places, stickers; the quiet window; adding to an earlier one."""

from typing import Final

from bot.conversation import consent
from bot.conversation.actions import Join, Record
from bot.conversation.choices import ADD, CAMERA, MAIN, PHOTOS, PLACE, STOP, WITHDRAW, WRITE
from bot.conversation.facts import Facts, Opinion
from bot.conversation.incoming import Media, Place, Press, Sticker, Words
from bot.conversation.replies import Fate, Receipt, Reply, Say, Step
from bot.conversation.state import NEWEST, Flow, State
from bot.conversation.subject import ADDING_SECONDS, FLOW_SECONDS, not_found, pressed, subject

OFFERED_WHEN_UNSURE: Final = 3

_RECORDED: Final = {
    "image": "media.image",
    "video": "media.video",
    "audio": "media.audio",
    "file": "media.file",
    "location": "media.location",
}


def take_words(state: State, facts: Facts) -> Step:
    """A text is an opinion: it joins what is open, or becomes a submission of its own."""
    if not facts.consented:
        return consent.ask(state, facts)
    about, target = _open_target(state, facts)
    if target is None:
        return _receipt(state, facts, record=True, about=NEWEST)
    if target.wordless:
        return _receipt(state, facts, record=False, about=about)
    return _joined(state, facts, about, "opinion.added")


def _open_target(state: State, facts: Facts) -> tuple[int, Opinion | None]:
    if state.flow is Flow.ADDING:
        about, target = subject(state, facts)
        if target is not None and target.open:
            return about, target
    return NEWEST, facts.newest if facts.joinable else None


def _receipt(state: State, facts: Facts, *, record: bool, about: int) -> Step:
    reading = facts.reading
    unsure = reading is not None and reading.area is None
    likely = [score.key for score in reading.areas if score.key in facts.area_keys] if reading and unsure else []
    candidates = tuple(likely[:OFFERED_WHEN_UNSURE])
    opened = (
        state.into(Flow.AREA, until=facts.at + FLOW_SECONDS, about=about, offered=candidates)
        if candidates
        else state.idle()
    )
    action = Record() if record else Join()
    return Step(opened, (Receipt(candidates),), (action,), about=about, fate=Fate.KEEP, purpose="receipt")


def _joined(state: State, facts: Facts, about: int, key: str, *, silent: bool = False) -> Step:
    adding = state.flow is Flow.ADDING
    opened = state.into(Flow.ADDING, until=facts.at + ADDING_SECONDS, about=state.about) if adding else state
    choices = (CAMERA, PHOTOS, STOP) if adding else (ADD, CAMERA, WITHDRAW)
    replies: tuple[Reply, ...] = () if silent else (Say((key,), choices),)
    return Step(opened, replies, (Join(),), about=about, fate=Fate.KEEP, purpose="added")


def take_media(state: State, incoming: Media | Place, facts: Facts) -> Step:
    """A photo, voice, video, file or place: it joins what is open, or starts a submission and asks for a word."""
    kind = incoming.kind if isinstance(incoming, Media) else "location"
    again = isinstance(incoming, Media) and bool(incoming.album) and incoming.album == state.album
    state = _with_album(state, incoming)
    if not facts.consented:
        asked = consent.ask(state, facts)
        return Step(asked.state, () if again else asked.replies, fate=asked.fate, purpose=asked.purpose)
    about, target = _open_target(state, facts)
    if target is not None:
        return _joined(state, facts, about, f"{_RECORDED[kind]}_added", silent=again)
    opened = state.into(Flow.ADDING, until=facts.at + ADDING_SECONDS, about=NEWEST)
    choices = (PHOTOS, STOP) if kind == "location" else (PLACE, PHOTOS, STOP)
    replies = (Say((_RECORDED[kind], "media.tell_us", "media.receipt"), choices),)
    return Step(opened, replies, (Record(),), about=NEWEST, fate=Fate.KEEP, purpose="receipt")


def _with_album(state: State, incoming: Media | Place) -> State:
    if not isinstance(incoming, Media) or not incoming.album or incoming.album == state.album:
        return state
    return State(state.flow, state.about, state.offered, state.until, incoming.album, state.unsent)


def take_sticker(state: State, incoming: Sticker, facts: Facts) -> Step:
    """A sticker joins what is open; alone it is a greeting."""
    del incoming
    about, target = _open_target(state, facts)
    if facts.consented and target is not None:
        return _joined(state, facts, about, "media.sticker_added")
    return Step(state, (Say(("small.sticker",), MAIN),))


def add(state: State, facts: Facts, about: int, target: Opinion | None) -> Step:
    """「追加する」: the next messages join this submission."""
    if target is None or not facts.consented:
        return not_found(state)
    if not target.open:
        key = "opinion.add_withdrawn" if target.withdrawn else "opinion.add_closed"
        return Step(state.idle(), (Say((key,), (WRITE,)),), about=about)
    opened = state.into(Flow.ADDING, until=facts.at + ADDING_SECONDS, about=about)
    return Step(opened, (Say(("opinion.add_now",), (CAMERA, PHOTOS, PLACE, STOP)),), about=about)


def add_typed(state: State, facts: Facts) -> Step:
    """「追加する」 typed."""
    return add(state, facts, *subject(state, facts))


def add_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「追加する」 pressed."""
    return add(state, facts, *pressed(facts, press.about))


def invite(state: State, facts: Facts) -> Step:
    """「意見を送る」: say that anything may be written."""
    del facts
    return Step(state.idle(), (Say(("write.now",), (CAMERA, PHOTOS, PLACE)),))


def invite_photo(state: State, facts: Facts) -> Step:
    """「写真で知らせる」: offer the camera."""
    del facts
    return Step(state.idle(), (Say(("write.photo",), (CAMERA, PHOTOS, PLACE)),))


def small_talk(state: State, words: Words, facts: Facts) -> Step | None:
    """What is no opinion, answered kindly; None when it is one."""
    chatter = facts.reading.chatter if facts.reading else None
    bare = words.word.command is not None or words.word.number is not None
    if chatter in _SMALL_TALK and not bare:
        return Step(state, (Say((f"small.{chatter}",), MAIN),))
    if bare or not any(char.isalnum() for char in words.text):
        inside = _open_target(state, facts)[1] is not None and words.word.number is not None
        return None if inside else Step(state, (Say(("small.unclear",), MAIN),))
    return None


_SMALL_TALK: Final = frozenset({"greeting", "thanks", "test", "spam", "command"})
