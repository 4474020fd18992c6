from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.deadlines.closing_days import MOST_LINES, NewDay, read_days

PASTED = """\
2026/12/28 閉庁 システム更新
令和8年11月3日（火）　開庁　市民まつり

２０２６－１０－１４，市制記念日
R8.8.13
2026/2/30 ない日
明日は休み
2026/12/28 もう一度
"""


def test_a_pasted_list_gives_days_and_says_why_lines_are_left_out() -> None:
    found = read_days(PASTED)
    assert found.days == (
        NewDay(date(2026, 8, 13), False, ""),
        NewDay(date(2026, 10, 14), False, "市制記念日"),
        NewDay(date(2026, 11, 3), True, "市民まつり"),
        NewDay(date(2026, 12, 28), False, "システム更新"),
    )
    assert [one.line for one in found.rejects] == [6, 7, 8]


@pytest.mark.parametrize("line", ["1999/1/1", "2100-01-01", f"2026/1/5 {'長' * 65}", "12/28 年がない"])
def test_days_that_cannot_be(line: str) -> None:
    found = read_days(line)
    assert not found.days
    assert found.rejects[0].text == line[:100]


def test_a_list_has_an_end() -> None:
    found = read_days("\n".join(["2026/12/28"] * (MOST_LINES + 5)))
    assert len(found.days) == 1
    assert found.rejects[-1].line == MOST_LINES + 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read_days(text)
    assert len(found.days) + len(found.rejects) <= len(text.splitlines())


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)), st.booleans())
def test_what_is_written_is_read(day: date, is_open: bool) -> None:
    written = f"{day.year}年{day.month}月{day.day}日,{'開庁' if is_open else '閉庁'},名前"
    assert read_days(written).days == (NewDay(day, is_open, "名前"),)
