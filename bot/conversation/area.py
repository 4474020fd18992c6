"""「ちがう分野です」: the likely areas, then all of them; the choice is the citizen's own label."""

from typing import Final

from bot.conversation.actions import ChooseArea
from bot.conversation.choices import ADD, STATUS, WITHDRAW
from bot.conversation.facts import Facts, Opinion
from bot.conversation.incoming import Press
from bot.conversation.needs import numbered
from bot.conversation.replies import AREA_PAGE, AreaMenu, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS, not_found, pressed, subject
from bot.conversation.words import Word, plain

LIKELY: Final = 5
_OTHER_WORDS: Final = frozenset(map(plain, ("その他の分野", "その他", "すべての分野", "全ての分野")))


def pick_typed(state: State, facts: Facts) -> Step:
    """「ちがう分野です」 typed."""
    return _pick(state, facts, *subject(state, facts))


def pick_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「ちがう分野です」 pressed."""
    return _pick(state, facts, *pressed(facts, press.about))


def _pick(state: State, facts: Facts, about: int, target: Opinion | None) -> Step:
    if target is None:
        return not_found(state)
    likely = tuple(key for key in target.candidates if key in facts.area_keys and key != target.area)[:LIKELY]
    if not likely:
        return _everything(state, facts, about, start=0)
    opened = state.into(Flow.AREA, until=facts.at + FLOW_SECONDS, about=about, offered=likely)
    return Step(opened, (AreaMenu(likely),), about=about)


def _everything(state: State, facts: Facts, about: int, *, start: int) -> Step:
    keys = facts.area_keys
    start = start if 0 <= start < len(keys) else 0
    opened = state.into(Flow.AREA, until=facts.at + FLOW_SECONDS, about=about, offered=keys)
    return Step(opened, (AreaMenu(keys, start=start - start % AREA_PAGE, everything=True),), about=about)


def all_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「その他の分野」 and the pages of all areas."""
    about, target = pressed(facts, press.about)
    if target is None:
        return not_found(state)
    start = int(press.argument) if press.argument.isascii() and press.argument.isdigit() else 0
    return _everything(state, facts, about, start=start)


def chosen_pressed(state: State, press: Press, facts: Facts) -> Step:
    """An area's button."""
    about, target = pressed(facts, press.about)
    if target is None or press.argument not in facts.area_keys:
        return not_found(state)
    return _choose(state, about, target, press.argument)


def answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed number or name while areas are offered; anything else is no answer."""
    about, target = subject(state, facts)
    if target is None:
        return None
    if word.plain in _OTHER_WORDS:
        return _everything(state, facts, about, start=0)
    key = numbered(state.offered, word.number) or facts.area_names.get(word.plain)
    if key is not None and key in facts.area_keys:
        return _choose(state, about, target, key)
    return None


def _choose(state: State, about: int, target: Opinion, key: str) -> Step:
    if target.withdrawn:
        return Step(state.idle(), (Say(("withdraw.already",), (STATUS,)),), about=about)
    said = ("area.chosen", "area.goes_to") if target.open else ("area.noted",)
    return Step(state.idle(), (Say(said, (ADD, WITHDRAW, STATUS)),), (ChooseArea(key),), about=about, purpose="area")
