from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.opinions import rules
from feedback.opinions.rules import joins

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 (hypothesis wants its bounds without a zone)
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("number", "at", "receipt"),
    [
        (123, datetime(2026, 11, 22, tzinfo=UTC), "R8-000123"),
        (1, datetime(2026, 3, 31, 14, 59, tzinfo=UTC), "R7-000001"),
        (1, datetime(2026, 3, 31, 15, 0, tzinfo=UTC), "R8-000001"),
        (1_234_567, datetime(2019, 4, 10, tzinfo=UTC), "R1-1234567"),
        (7, datetime(2018, 6, 1, tzinfo=UTC), "H30-000007"),
    ],
)
def test_a_receipt_number_carries_the_era_and_fiscal_year(number: int, at: datetime, receipt: str) -> None:
    assert rules.receipt_number(number, at) == receipt


@given(st.integers(min_value=1, max_value=10**11), MOMENTS)
def test_a_receipt_number_leads_back_to_its_submission(number: int, at: datetime) -> None:
    assert rules.submission_id_of(rules.receipt_number(number, at)) == number


@pytest.mark.parametrize(
    "typed", ["R8-000123", "r8-123", " Ｒ８－０００１２３ ", "R 8 - 000123", "Ｒ８ー１２３", "R8‐123"]
)
def test_a_receipt_number_is_read_as_people_type_it(typed: str) -> None:
    assert rules.submission_id_of(typed) == 123


@pytest.mark.parametrize("typed", ["", "123", "R8", "R8-", "X8-000123", "R8-000123です", "R8-" + "9" * 13])
def test_other_words_are_no_receipt_number(typed: str) -> None:
    assert rules.submission_id_of(typed) is None


@given(st.text(max_size=30))
def test_any_text_is_read_without_error(typed: str) -> None:
    found = rules.submission_id_of(typed)
    assert found is None or found >= 0


@given(MOMENTS, st.integers(min_value=0, max_value=7200), st.integers(min_value=0, max_value=3600))
def test_messages_join_within_the_quiet_window_in_either_order(at: datetime, apart: int, quiet: int) -> None:
    other = at + timedelta(seconds=apart)
    assert joins(at, other, quiet_seconds=quiet) is joins(other, at, quiet_seconds=quiet) is (apart < quiet)


def test_without_a_window_every_message_is_a_submission() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert not joins(at, at, quiet_seconds=0)


def test_the_words_of_a_matter_are_its_parts_in_order_without_the_silent_ones() -> None:
    assert rules.matter_text(["一", None, "", "二"]) == "一\n二"
    assert rules.matter_text([]) == ""


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (rules.Channel, rules.CHANNEL_NAMES),
        (rules.Kind, rules.KIND_NAMES),
        (rules.MatterStatus, rules.STATUS_NAMES),
        (rules.Outcome, rules.OUTCOME_NAMES),
        (rules.Safety, rules.SAFETY_NAMES),
    ],
)
def test_everything_staff_read_has_a_name_of_its_own(members: type[StrEnum], names: dict[StrEnum, str]) -> None:
    assert set(members) == set(names)
    assert len(set(names.values())) == len(names)
