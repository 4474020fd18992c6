import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.keys import KEY_BYTES, KeyRing, new_key, parse_key

RING = KeyRing(data_keys=[b"a" * 32], lookup_key=b"l" * 32)


def test_new_keys_are_whole_and_different() -> None:
    first, second = new_key(), new_key()
    assert len(parse_key(first)) == KEY_BYTES
    assert first != second


def test_a_key_may_be_typed_with_spaces_around_and_without_padding() -> None:
    key = new_key()
    assert parse_key(f"  {key.rstrip('=')}\n") == parse_key(key)


@pytest.mark.parametrize("text", ["", "short", base64.urlsafe_b64encode(b"x" * 31).decode(), "あ" * 20])
def test_what_is_not_32_bytes_of_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the key"):
        parse_key(text)


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=20))
def test_what_is_sealed_comes_back(plain: bytes, purpose: bytes) -> None:
    assert RING.decrypt(RING.encrypt(plain, purpose=purpose), purpose=purpose) == plain


def test_the_same_words_never_look_the_same_sealed() -> None:
    assert RING.encrypt(b"U1", purpose=b"p") != RING.encrypt(b"U1", purpose=b"p")


def test_another_purpose_does_not_open_it() -> None:
    with pytest.raises(ValueError, match="purpose"):
        RING.decrypt(RING.encrypt(b"U1", purpose=b"line-user-id"), purpose=b"outbound-body")


@given(st.integers(min_value=0, max_value=39), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(RING.encrypt(b"opinions", purpose=b"p"))
    sealed[place] ^= change
    with pytest.raises(ValueError, match="the value was"):
        RING.decrypt(bytes(sealed), purpose=b"p")


@pytest.mark.parametrize("length", [0, 3, 4, 10, 16, 30])
def test_a_torn_value_is_refused_in_the_same_words(length: int) -> None:
    sealed = RING.encrypt(b"opinions", purpose=b"p")
    with pytest.raises(ValueError, match="the value was"):
        RING.decrypt(sealed[:length], purpose=b"p")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    rotated = KeyRing(data_keys=[b"b" * 32, b"a" * 32], lookup_key=b"l" * 32)
    assert rotated.decrypt(RING.encrypt(b"old", purpose=b"p"), purpose=b"p") == b"old"
    with pytest.raises(ValueError, match="not in the key ring"):
        RING.decrypt(rotated.encrypt(b"new", purpose=b"p"), purpose=b"p")


def test_without_data_keys_there_is_no_ring() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyRing(data_keys=[], lookup_key=b"l" * 32)


def test_look_up_is_stable_short_and_keyed() -> None:
    other = KeyRing(data_keys=[b"a" * 32], lookup_key=b"m" * 32)
    assert RING.lookup("U1") == RING.lookup("U1")
    assert len(RING.lookup("U1")) == 16
    assert RING.lookup("U1") != RING.lookup("U2")
    assert RING.lookup("U1") != other.lookup("U1")


def test_rotating_data_keys_leaves_look_up_alone() -> None:
    rotated = KeyRing(data_keys=[b"b" * 32, b"a" * 32], lookup_key=b"l" * 32)
    assert rotated.lookup("U1") == RING.lookup("U1")
