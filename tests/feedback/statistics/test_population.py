from collections.abc import Callable
from datetime import date, datetime
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.errors import Invalid, NotAllowed
from feedback.opinions.intake import Sender
from feedback.opinions.models import Submission
from feedback.statistics.filters import FigureFilter
from feedback.statistics.population import Census, keep, profile, read_census, sampling_error
from tests.conftest import Cast

TABLE = """地区,年齢,人口
桜ヶ丘,30～34歳,"1,000"
桜ヶ丘,35〜39歳,1500人
川北\t80歳以上\t500
川北,0～4歳,250
川北,5-9歳,250

川北,何歳か,3
中央,20代,-5
中央,20代
川北,0～4歳,1
"""
AT = datetime(2026, 5, 11, 10, tzinfo=TOKYO)
AS_OF = date(2026, 4, 1)


def test_a_table_is_read_and_its_faulty_rows_are_named() -> None:
    census = read_census("\ufeff" + TABLE)
    assert census.people == {
        ("桜ヶ丘", "30s"): 2500,
        ("川北", "80s"): 500,
        ("川北", "10s"): 500,
    }
    assert census.total == 3500
    assert [(one.line, one.why[:8]) for one in census.rejects] == [
        (8, "年齢が読めません"),
        (9, "人口を0以上の整"),
        (10, "「地区, 年齢,"),
        (11, "5行目と同じ地区"),
    ]


@given(st.text(max_size=200))
def test_any_text_is_read_or_rejected_line_by_line(text: str) -> None:
    census = read_census(text)
    assert all(people >= 0 for people in census.people.values())
    assert len(census.rejects) <= len(text.splitlines())


def test_voices_beside_the_population(database: Database, cast: Cast, receive: Callable[..., Submission]) -> None:
    for sender in (Sender(age_band="30s", district="川北"), Sender(age_band="80s"), Sender(age_band="30s"), Sender()):
        receive(at=AT, sender=sender)
    with database.write() as session:
        wanted = FigureFilter(AS_OF, date(2026, 11, 24))
        assert profile(session, wanted).as_of is None
        census = Census({("川北", "30s"): 250, ("中央", "80s"): 750}, ())
        with pytest.raises(NotAllowed):
            keep(session, census, as_of=AS_OF, actor=cast.tanaka, at=AT)
        with pytest.raises(Invalid):
            keep(session, Census({}, ()), as_of=AS_OF, actor=cast.admin, at=AT)
        keep(session, Census({("川北", "20s"): 1}, ()), as_of=AS_OF, actor=cast.admin, at=AT)
        keep(session, census, as_of=AS_OF, actor=cast.admin, at=AT)
        found = profile(session, wanted)
    assert (found.matters, found.age_unknown, found.district_unknown) == (4, 1, 3)
    assert (found.people, found.as_of) == (1000, AS_OF)
    ages = {one.key: one for one in found.ages}
    assert ages["30s"].voices == 2
    assert ages["30s"].share == pytest.approx(2 / 3)
    assert ages["30s"].index == pytest.approx(2 / 3 / 0.25)
    assert ages["30s"].per_thousand == 8.0
    assert ages["30s"].is_small
    assert ages["20s"].people == 0
    assert ages["20s"].index is None
    assert [(one.key, one.voices) for one in found.districts] == [("中央", 0), ("川北", 1)]


def test_the_error_of_a_random_sample() -> None:
    assert sampling_error(0.5, 400, 100_000) == pytest.approx(1.96 * sqrt(99_600 / 99_999 * 0.25 / 400))
    assert sampling_error(0.3, 50, 50) == 0.0
    assert sampling_error(0.3, 1, 1) == 0.0
    for sample, population in ((0, 10), (11, 10)):
        with pytest.raises(ValueError, match="sample"):
            sampling_error(0.5, sample, population)
