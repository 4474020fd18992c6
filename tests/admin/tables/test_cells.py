import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.tables.cells import escape, unescape

_NASTY = st.text(st.sampled_from("'=+-@\t\r\n＝＋－＠aあ"), max_size=6)


@pytest.mark.parametrize("text", ["=1+1", "+81", "-5", "@cmd", "\tx", "\rx", "\n=1", "＝1", "'=1"])
def test_what_would_run_gets_a_quote(text: str) -> None:
    assert escape(text) == "'" + text


@pytest.mark.parametrize("text", ["", "道路", "'引用'", "a=b"])
def test_ordinary_text_stays(text: str) -> None:
    assert escape(text) == text
    assert unescape(text) == text


@given(_NASTY | st.text())
def test_escaping_is_reversible(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
