from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.ports import AreaScore, Reading
from feedback.taxonomy.rules import AreaMapping, Change, Operation, mapping_of, names_now, part_of, translate

KEYS = ("roads", "parks", "waste", "noise", "welfare", "school")
_keys = st.sampled_from(KEYS)
_changes = st.lists(
    st.one_of(
        st.builds(
            lambda sources, target: Change(Operation.MERGE, tuple(sorted(sources)), (target,)),
            st.sets(_keys, min_size=1, max_size=3),
            _keys,
        ),
        st.builds(
            lambda source, parts: Change(Operation.SPLIT, (source,), tuple(sorted(parts - {source}))),
            _keys,
            st.sets(_keys, min_size=3, max_size=4),
        ),
        st.builds(lambda key: Change(Operation.RESTORE, (key,), ()), _keys),
        st.builds(lambda key: Change(Operation.RETIRE, (key,), ()), _keys),
        st.builds(lambda key: Change(Operation.ADD, (key,), ()), _keys),
    ),
    max_size=12,
)
_scores = st.dictionaries(_keys, st.floats(0, 0.16, allow_nan=False), max_size=6)


def after(changes: list[Change]) -> AreaMapping:
    return mapping_of(enumerate(changes, 1))


@given(_changes)
def test_the_mapping_is_total_and_idempotent(changes: list[Change]) -> None:
    mapping = after(changes)
    assert mapping.number == len(changes)
    for key in (*KEYS, "never_seen"):
        now = mapping.now(key)
        assert isinstance(now, str)
        assert mapping.now(now) == now
        assert key in mapping.then(now)
    assert mapping.now(None) is None


@given(_changes, st.dictionaries(_keys, st.integers(0, 1000)))
def test_no_change_alters_the_total(changes: list[Change], counts: dict[str, int]) -> None:
    mapping = after(changes)
    shown: Counter[str | None] = Counter()
    for key, count in counts.items():
        shown[mapping.now(key)] += count
    assert shown.total() == sum(counts.values())
    # Every area of then is shown under exactly one area of now.
    assert sorted(old for now in {mapping.now(key) for key in KEYS} for old in mapping.then(str(now))) == sorted(KEYS)


@given(_changes, _scores, st.sets(_keys))
def test_readings_of_older_areas_keep_what_still_counts(
    changes: list[Change], scores: dict[str, float], active: set[str]
) -> None:
    mapping = after(changes)
    ranked = sorted(scores.items(), key=lambda one: -one[1])
    reading = Reading(
        model_version="old-1",
        areas=tuple(AreaScore(key, score) for key, score in ranked),
        area=ranked[0][0] if ranked else None,
        also=tuple(key for key, _ in ranked[1:]),
    )
    found = translate(reading, mapping, frozenset(active))
    kept = sum(score for key, score in scores.items() if mapping.now(key) in active)
    assert sum(one.score for one in found.areas) == pytest.approx(kept)
    assert {one.key for one in found.areas} <= active
    assert len({one.key for one in found.areas}) == len(found.areas)
    assert found.area is None or found.area == found.areas[0].key
    assert found.area not in found.also
    assert translate(found, mapping, frozenset(active)).areas == found.areas


def reading(**scores: float) -> Reading:
    areas = tuple(AreaScore(key, score) for key, score in scores.items())
    return Reading(model_version="old-1", areas=areas, area=areas[0].key)


def test_scores_of_merged_areas_add_up() -> None:
    mapping = after([Change(Operation.MERGE, ("parks", "waste"), ("noise",))])
    found = translate(reading(parks=0.4, roads=0.35, waste=0.2), mapping, frozenset({"noise", "roads"}))
    assert [(one.key, round(one.score, 2)) for one in found.areas] == [("noise", 0.6), ("roads", 0.35)]
    assert found.area == "noise"


def test_what_the_model_decided_must_still_be_the_likeliest() -> None:
    mapping = after([Change(Operation.MERGE, ("parks", "waste"), ("noise",))])
    found = translate(reading(roads=0.4, parks=0.3, waste=0.25), mapping, frozenset({"noise", "roads"}))
    assert (found.areas[0].key, found.area) == ("noise", None)


def test_a_retired_or_split_area_is_not_decided() -> None:
    mapping = after([Change(Operation.SPLIT, ("parks",), ("green", "play"))])
    found = translate(reading(parks=0.9, roads=0.1), mapping, frozenset({"roads", "green", "play"}))
    assert (found.area, [one.key for one in found.areas]) == (None, ["roads"])


def test_a_split_area_is_called_by_its_parts_of_today() -> None:
    mapping = after(
        [Change(Operation.SPLIT, ("parks",), ("green", "play")), Change(Operation.MERGE, ("play",), ("school",))]
    )
    names = names_now({"parks": "公園", "green": "緑化"}, {"green": "緑", "school": "学校"}, mapping)
    assert names == {"parks": "緑・学校（分割前）", "green": "緑化"}


def test_an_area_taken_up_again_counts_as_itself() -> None:
    merge = Change(Operation.MERGE, ("parks",), ("roads",))
    assert after([merge]).now("parks") == "roads"
    assert after([merge, Change(Operation.RESTORE, ("parks",), ())]).now("parks") == "parks"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ＷｉＦｉがない", "net"), ("花壇の花", "green"), ("花壇のwifi", "net"), ("静か", None), ("", None)],
)
def test_words_tell_the_part(text: str, expected: str | None) -> None:
    assert part_of(text, [("net", ("WiFi", "")), ("green", ("花壇",))]) == expected
