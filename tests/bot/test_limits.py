import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import fitted, units


@pytest.mark.parametrize(("text", "length"), [("", 0), ("道路", 2), ("👍", 2), ("👍🏽", 4)])
def test_units_are_utf16(text: str, length: int) -> None:
    assert units(text) == length


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_fitted_text_fits_and_keeps_its_beginning(text: str, limit: int) -> None:
    cut = fitted(text, limit)
    assert units(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
