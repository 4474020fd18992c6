import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import raw_json

NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    NUMBERS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert json.loads(raw_json.write(value)) == value


@pytest.mark.parametrize(
    "content", [b'"\\ud83d"', b'{"text": "\\udc00 \\u0000"}', b"[1e300, 9007199254740993]", b'["\xe5\xb8\x82"]']
)
def test_whatever_the_standard_library_reads_is_read(content: bytes) -> None:
    value = raw_json.read(content)
    assert value == json.loads(content)
    assert json.loads(raw_json.write(value)) == value


def test_numbers_that_json_does_not_know_are_read_and_kept_as_null() -> None:
    value = raw_json.read(b"[NaN, Infinity]")
    assert math.isnan(value[0])
    assert raw_json.write(value) == b"[null,null]"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"a":}'])
def test_what_is_not_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"decode|Expecting|property name"):
        raw_json.read(content)
