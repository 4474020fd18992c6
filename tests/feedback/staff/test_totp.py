from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.staff import totp

SECRET = b"12345678901234567890"
"""The secret of the test vectors in RFC 4226 and RFC 6238."""
AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_vectors_of_rfc_6238(seconds: int, expected: str) -> None:
    counter = totp.counter_at(datetime.fromtimestamp(seconds, UTC))

    assert totp.code(SECRET, counter, digits=8) == expected
    assert totp.code(SECRET, counter) == expected[2:]


@pytest.mark.parametrize(("drift", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_half_a_minute(drift: int, accepted: bool) -> None:
    typed = totp.code(SECRET, totp.counter_at(AT + timedelta(seconds=drift)))

    assert (totp.accepted_counter(SECRET, typed, at=AT, after=None) is not None) is accepted


@given(st.integers(0, 2**31), st.integers(-1, 1))
def test_a_code_is_taken_once_only(moment: int, drift: int) -> None:
    at = datetime.fromtimestamp(moment + 60, UTC)
    typed = totp.code(SECRET, totp.counter_at(at) + drift)
    used = totp.accepted_counter(SECRET, typed, at=at, after=None)

    assert used is not None
    again = totp.accepted_counter(SECRET, typed, at=at, after=used)
    assert again is None or (again > used and totp.code(SECRET, again) == typed)


def test_the_address_says_what_apps_need() -> None:
    parts = urlsplit(totp.address(SECRET, account="tanaka@machikoe.example", issuer="まちこえ市"))

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["まちこえ市"]}
    assert totp.shown(SECRET).startswith("GEZD GNBV ")


def test_recovery_codes_are_many_unlike_and_read_however_they_are_typed() -> None:
    codes = totp.new_recovery_codes()

    assert len(set(codes)) == totp.RECOVERY_CODES
    assert totp.recovery_hash(codes[0]) == totp.recovery_hash(f" {codes[0].upper().replace('-', ' ')} ")
    assert totp.recovery_hash(codes[0]) != totp.recovery_hash(codes[1])
    assert len(totp.new_secret()) == 20
