from hypothesis import given
from hypothesis import strategies as st

from feedback.surveys.delivery.sampling import draw

_PEOPLE = st.dictionaries(
    st.integers(1, 500), st.tuples(st.sampled_from(["", "20s", "60s"]), st.sampled_from(["", "中央", "川北"]))
)


@given(_PEOPLE, st.integers(0, 600), st.integers(0, 5))
def test_a_sample_has_its_size_its_shares_and_can_be_drawn_again(
    people: dict[int, tuple[str, str]], size: int, seed: int
) -> None:
    sample = draw(people.items(), size=size, seed=seed)
    assert sample == draw(reversed(list(people.items())), size=size, seed=seed)
    assert len(sample.ids) == len(set(sample.ids)) == min(size, len(people))
    assert set(sample.ids) <= set(people)
    for stratum, count in sample.frame.items():
        drawn = sum(people[one] == stratum for one in sample.ids)
        assert drawn == sample.drawn[stratum]
        assert abs(drawn - min(size, len(people)) * count / len(people)) < 1
