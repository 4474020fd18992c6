"""Pure decisions about themes. The same opinions give the same themes, in whatever order they come.

Within an area and a window of months: words that several people use and that are this area's own are candidates; words
the same people use belong together; an opinion belongs where most of its rare words are. What too few people speak of
is no theme. A theme of the next month is the earlier one whose words it shares most.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

FEWEST_PEOPLE = 3
"""Fewer people make no theme, and no word that fewer of its people use labels one."""
MOST_THEMES = 12
"""Themes an area has at most; the smallest dissolve first."""
TOGETHER = 0.5
"""Share of common people (Dice) from which two words are one theme."""
OWN = 1.5
"""A word counts when the area's people use it so many times as often as the people of the other areas."""
SAME_THEME = 0.4
"""Likeness of words (cosine) from which a theme is the earlier one."""
COLOURS = 8
_FEW_VOICES = 20
_LABEL = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """One opinion: its matter, who is behind it, and its terms with their spelling."""

    matter_id: int
    person: str
    terms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A theme of one window: its main term, label, and for every member how much of the theme its words hold.

    ``profile``: how often its people use each term, weighted by rarity, of length 1; by it the theme is known again.
    """

    name: str
    label: tuple[str, ...]
    members: Mapping[int, int]
    profile: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    people: Mapping[str, frozenset[str]]
    weight: Mapping[str, float]


def users(voices: Iterable[Voice]) -> dict[str, set[str]]:
    """Who uses each term."""
    found: dict[str, set[str]] = defaultdict(set)
    for voice in voices:
        for term in voice.terms:
            found[term].add(voice.person)
    return found


def find(voices: Sequence[Voice], *, elsewhere: Mapping[str, int], people_elsewhere: int) -> list[Found]:
    """The themes of an area's opinions, by name. ``elsewhere``: how many people of other areas use each term."""
    vocabulary = _vocabulary(voices, elsewhere, people_elsewhere)
    groups = _together(voices, vocabulary)
    members = _assign(voices, groups, vocabulary)
    return [_describe(name, found, voices, groups[name], vocabulary) for name, found in sorted(members.items())]


def match(found: Sequence[Found], known: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Which of the known themes (key → profile) each found one is; the likest pairs first, each at most once."""
    pairs = sorted(
        (-likeness, key, one.name)
        for one in found
        for key, profile in known.items()
        if (likeness := cosine(one.profile, profile)) >= SAME_THEME
    )
    matched: dict[str, str] = {}
    for _, key, name in pairs:
        if name not in matched and key not in matched.values():
            matched[name] = key
    return matched


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Likeness of two profiles, 0 to 1."""
    return round(math.fsum(value * other[term] for term, value in one.items() if term in other), 9)


def _vocabulary(voices: Sequence[Voice], elsewhere: Mapping[str, int], people_elsewhere: int) -> _Vocabulary:
    by_term = users(voices)
    everybody = len({voice.person for voice in voices})
    kept = {}
    for term, people in by_term.items():
        here = (len(people) + 0.5) / (everybody + 1)
        there = (elsewhere.get(term, 0) + 0.5) / (people_elsewhere + 1)
        own = people_elsewhere < _FEW_VOICES or here >= OWN * there
        if len(people) >= FEWEST_PEOPLE and own:
            kept[term] = frozenset(people)
    kept = _without_halves(kept)
    return _Vocabulary(kept, {term: math.log((everybody + 1) / (len(people) + 0.5)) for term, people in kept.items()})


def _without_halves(kept: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Without terms that hardly ever stand outside one longer term."""
    halves = set()
    for longer, people in kept.items():
        pieces = longer.split("|")
        inside = {"|".join(pieces[a:b]) for a, b in combinations(range(len(pieces) + 1), 2)} - {longer}
        halves |= {one for one in inside if one in kept and len(kept[one]) <= 1.2 * len(people)}
    return {term: people for term, people in kept.items() if term not in halves}


def _together(voices: Sequence[Voice], vocabulary: _Vocabulary) -> dict[str, frozenset[str]]:
    """Groups of terms that the same people use, by the group's commonest term."""
    above: dict[str, str] = {}

    def top(term: str) -> str:
        while term in above:
            term = above[term]
        return term

    met = {
        pair
        for voice in voices
        for pair in combinations(sorted(term for term in voice.terms if term in vocabulary.people), 2)
    }
    for one, other in sorted(met):
        a, b = vocabulary.people[one], vocabulary.people[other]
        first, second = top(one), top(other)
        if first != second and 2 * len(a & b) / (len(a) + len(b)) >= TOGETHER:
            above[max(first, second)] = min(first, second)
    groups: dict[str, set[str]] = defaultdict(set)
    for term in vocabulary.people:
        groups[top(term)].add(term)
    return {
        min(terms, key=lambda term: (-len(vocabulary.people[term]), term)): frozenset(terms)
        for terms in groups.values()
    }


def _assign(
    voices: Sequence[Voice], groups: Mapping[str, frozenset[str]], vocabulary: _Vocabulary
) -> dict[str, dict[int, int]]:
    """Each theme's members with their weight in thousandths; small themes dissolve into the others, one by one."""
    scores = _scores(voices, groups, vocabulary)
    person = {voice.matter_id: voice.person for voice in voices}
    members: dict[str, dict[int, int]] = {name: {} for name in groups}
    _place(scores, scores, members)
    while members:
        sizes = {name: len({person[one] for one in found}) for name, found in members.items()}
        smallest = min(members, key=lambda name: (sizes[name], name))
        if sizes[smallest] >= FEWEST_PEOPLE and len(members) <= MOST_THEMES:
            break
        _place(members.pop(smallest), scores, members)
    return members


def _scores(
    voices: Sequence[Voice], groups: Mapping[str, frozenset[str]], vocabulary: _Vocabulary
) -> dict[int, list[tuple[int, str]]]:
    """For each matter the themes whose words it holds, the heaviest first, as (-weight, theme)."""
    of_term = {term: name for name, terms in groups.items() for term in terms}
    found = {}
    for voice in voices:
        parts: dict[str, list[float]] = defaultdict(list)
        for term in voice.terms:
            if term in of_term:
                parts[of_term[term]].append(vocabulary.weight[term])
        found[voice.matter_id] = sorted((-max(1, round(1000 * math.fsum(some))), name) for name, some in parts.items())
    return found


def _place(
    matters: Iterable[int], scores: Mapping[int, Sequence[tuple[int, str]]], members: Mapping[str, dict[int, int]]
) -> None:
    """Put matters into the heaviest of their themes that is still there."""
    for matter_id in matters:
        for weight, name in scores[matter_id]:
            if name in members:
                members[name][matter_id] = -weight
                break


def _describe(
    name: str,
    members: Mapping[int, int],
    voices: Sequence[Voice],
    terms: frozenset[str],
    vocabulary: _Vocabulary,
) -> Found:
    inside = [voice for voice in voices if voice.matter_id in members]
    people = {term: len(some) for term, some in users(inside).items() if term in vocabulary.people}
    raw = {term: count * vocabulary.weight[term] for term, count in sorted(people.items())}
    length = math.sqrt(math.fsum(value * value for value in raw.values())) or 1.0
    spoken = [term for term in raw if people[term] >= FEWEST_PEOPLE or term == name]
    # The theme's own terms first; another only when a third of its people use it.
    everybody = len({voice.person for voice in inside})
    fit = [term for term in spoken if term in terms or people[term] * 3 >= everybody]
    order = sorted(fit, key=lambda term: (term != name, term not in terms, -raw[term], term))
    return Found(
        name, _label(order, inside), dict(members), {term: round(value / length, 6) for term, value in raw.items()}
    )


def _label(terms: Sequence[str], voices: Sequence[Voice]) -> tuple[str, ...]:
    """The first few terms as most people write them; none within another."""
    label: list[str] = []
    used = {term: len(people) for term, people in users(voices).items()}
    for one in terms:
        # 防犯カメラ rather than 防犯, where that is what they mostly mean.
        longer = [other for other in terms if f"|{one}|" in f"|{other}|" and 2 * used[other] >= used[one]]
        term = max(longer, key=lambda other: (len(other.split("|")), used[other], other))
        spellings = Counter(voice.terms[term] for voice in voices if term in voice.terms)
        written = min(spellings, key=lambda one: (-spellings[one], one)) if spellings else term.replace("|", "")
        if not any(written in one or one in written for one in label):
            label.append(written)
        if len(label) == _LABEL:
            break
    return tuple(label)
