import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from feedback.themes import rules
from feedback.themes.rules import Found, Voice

WORDS = ["街路|灯", "側溝", "横断|歩道", "白線", "除雪", "歩道", "段差", "穴"]
voices = st.lists(
    st.tuples(st.integers(0, 9), st.frozensets(st.sampled_from(WORDS), max_size=4)), min_size=0, max_size=40
).map(
    lambda rows: [
        Voice(number, f"c{person}", {term: term.replace("|", "") for term in sorted(terms)})
        for number, (person, terms) in enumerate(rows, start=1)
    ]
)


def voice(number: int, *terms: str, person: str | None = None) -> Voice:
    return Voice(number, person or f"c{number}", {term: term.replace("|", "") for term in terms})


def find(some: Sequence[Voice]) -> list[Found]:
    return rules.find(some, elsewhere={}, people_elsewhere=0)


def places(found: Sequence[Found]) -> dict[int, str]:
    return {matter_id: one.name for one in found for matter_id in one.members}


@given(voices, st.randoms(use_true_random=False))
def test_the_order_of_opinions_does_not_matter(some: list[Voice], chance: random.Random) -> None:
    mixed = list(some)
    chance.shuffle(mixed)
    assert find(mixed) == find(some)


@given(voices)
def test_every_theme_has_enough_people_and_every_opinion_at_most_one(some: list[Voice]) -> None:
    found = find(some)
    person = {one.matter_id: one.person for one in some}
    terms = {one.matter_id: set(one.terms) for one in some}
    members = [one for theme in found for one in theme.members]
    assert len(members) == len(set(members))
    assert len(found) <= rules.MOST_THEMES
    for theme in found:
        assert len({person[one] for one in theme.members}) >= rules.FEWEST_PEOPLE
        spellings = {one.replace("|", "") for member in theme.members for one in terms[member]}
        assert set(theme.label) <= spellings
        assert theme.label


@given(voices)
def test_a_theme_is_most_like_itself(some: list[Voice]) -> None:
    found = find(some)
    known = {f"key of {one.name}": one.profile for one in found}
    matched = rules.match(found, known)
    assert len(set(matched.values())) == len(matched)
    for one in found:
        assert rules.cosine(one.profile, known[matched[one.name]]) > 0.999


def city() -> list[Voice]:
    lights = [voice(n, "街路|灯", "通り") for n in range(1, 9)]
    drains = [voice(n, "側溝", "落ち葉") for n in range(11, 18)]
    holes = [voice(n, "車道", "穴") for n in range(21, 27)]
    return [*lights, *drains, *holes, voice(31, "看板"), voice(32, "看板"), voice(33)]


def test_what_people_speak_of_together_is_one_theme() -> None:
    found = {one.name: one for one in find(city())}
    assert {frozenset(one.members) for one in found.values()} == {
        frozenset(range(1, 9)),
        frozenset(range(11, 18)),
        frozenset(range(21, 27)),
    }
    assert {frozenset(one.label) for one in found.values()} == {
        frozenset({"街路灯", "通り"}),
        frozenset({"側溝", "落ち葉"}),
        frozenset({"車道", "穴"}),
    }


def test_two_people_make_no_theme_however_often_they_write() -> None:
    assert find([voice(n, "看板", person=f"c{n % 2}") for n in range(20)]) == []


def test_one_more_opinion_changes_little() -> None:
    before = places(find(city()))
    after = places(find([*city(), voice(99, "街路|灯", "穴")]))
    assert {one for one in before if after.get(one) != before[one]} == set()


def test_words_all_areas_use_make_no_theme() -> None:
    some = [voice(n, "学校") for n in range(1, 31)] + [voice(n, "白線") for n in range(40, 45)]
    found = rules.find(some, elsewhere={"学校": 90}, people_elsewhere=100)
    assert [one.name for one in found] == ["白線"]


def test_the_longer_word_is_the_label_where_it_is_meant() -> None:
    some = [voice(n, "防犯", "防犯|カメラ") for n in range(1, 6)] + [voice(6, "防犯")]
    some += [voice(n, "側溝") for n in range(11, 15)]
    assert ("防犯カメラ",) in {one.label for one in find(some)}


def test_a_theme_is_known_again_when_it_grows() -> None:
    old = {one.name: one for one in find(city())}
    grown = find([*city(), *(voice(n, "街路|灯", "通り", "夜道") for n in range(50, 60))])
    matched = rules.match(grown, {f"old {name}": one.profile for name, one in old.items()})
    assert set(matched.values()) == {f"old {name}" for name in old}
    assert all(matched[name] == f"old {name}" for name in matched)
