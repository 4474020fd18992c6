"""Profile: age band and district, both optional, explained and deletable."""

from typing import Final

from bot.conversation.actions import SetAge, SetDistrict
from bot.conversation.choices import MAIN, STOP
from bot.conversation.facts import Facts
from bot.conversation.incoming import Press
from bot.conversation.needs import numbered
from bot.conversation.replies import Choice, Say, Step
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS
from bot.conversation.words import Word, plain
from feedback.opinions.rules import AGE_BANDS

DISTRICT_CHARS: Final = 20
_DISTRICTS_SHOWN: Final = 10
_PLAIN_NAME_CHARS: Final = 8
_ENDINGS: Final = ("町", "丁目", "地区", "区", "村", "台", "丘", "団地", "学区", "校区")
_FORGET: Final = Choice("button.profile_forget", "profile-forget")
_SKIP: Final = Choice("button.skip", "district")
_AGES: Final = tuple(Choice(name, "age", key, literal=True) for key, name in AGE_BANDS.items())
_AGE_KEYS: Final = tuple(AGE_BANDS)
_AGE_NAMES: Final = {plain(name): key for key, name in AGE_BANDS.items()}


def start(state: State, facts: Facts) -> Step:
    """Explain, show what is known, ask for the age band. Without consent there is nobody to keep it for."""
    if not facts.consented:
        return Step(state.idle(), (Say(("profile.needs_consent",), (Choice("button.notice", "notice"),)),))
    opened = state.into(Flow.AGE, until=facts.at + FLOW_SECONDS, offered=_AGE_KEYS)
    said = Say(("profile.why", "profile.current", "profile.ask_age"), (*_AGES, _SKIP, _FORGET, STOP))
    return Step(opened, (said,))


def age_answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed age band: its number or its name."""
    band = numbered(state.offered, word.number) or _AGE_NAMES.get(word.plain)
    return _age(state, facts, band) if band in AGE_BANDS else None


def age_pressed(state: State, press: Press, facts: Facts) -> Step:
    """An age band's button."""
    if not facts.consented or press.argument not in AGE_BANDS:
        return start(state, facts)
    return _age(state, facts, press.argument)


def _age(state: State, facts: Facts, band: str) -> Step:
    names = _names(facts)
    said = Say(("profile.age_kept", "profile.ask_district"), _choices(names), {"age": AGE_BANDS[band]})
    return Step(_asking_district(state, facts, names), (said,), (SetAge(band),), purpose="profile")


def ask_district(state: State, facts: Facts) -> Step:
    """Ask for the district: the ones the city routes by, or any name typed."""
    if not facts.consented:
        return start(state, facts)
    names = _names(facts)
    return Step(_asking_district(state, facts, names), (Say(("profile.ask_district",), _choices(names)),))


def _names(facts: Facts) -> tuple[str, ...]:
    return tuple(name for name in facts.districts if 0 < len(name) <= DISTRICT_CHARS)[:_DISTRICTS_SHOWN]


def _choices(names: tuple[str, ...]) -> tuple[Choice, ...]:
    return (*(Choice(name, literal=True) for name in names), STOP)


def _asking_district(state: State, facts: Facts, names: tuple[str, ...]) -> State:
    return state.into(Flow.DISTRICT, until=facts.at + FLOW_SECONDS, offered=names)


def district_answered(state: State, text: str, word: Word, facts: Facts) -> Step | None:
    """A typed district; what does not look like a name of one is an opinion."""
    name = numbered(state.offered, word.number) or text.strip()
    if not facts.consented or not _is_district(name, state.offered):
        return None
    said = Say(("profile.district_kept",), MAIN, {"district": name})
    return Step(state.idle(), (said,), (SetDistrict(name),), purpose="profile")


def _is_district(name: str, offered: tuple[str, ...]) -> bool:
    if name in offered:
        return True
    short = 0 < len(name) <= DISTRICT_CHARS and "\n" not in name and name[0].isalpha()
    return short and (len(name) <= _PLAIN_NAME_CHARS or name.endswith(_ENDINGS))


def forget(state: State, facts: Facts) -> Step:
    """Forget both."""
    del facts
    actions = (SetAge(None), SetDistrict(None))
    return Step(state.idle(), (Say(("profile.forgotten",), MAIN),), actions, purpose="profile")
