import pytest

from app.serving import parse_bind
from feedback.errors import Invalid


@pytest.mark.parametrize(
    ("bind", "parts"),
    [
        ("127.0.0.1:8410", ("127.0.0.1", 8410)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:8410", ("::1", 8410)),
        (":8410", ("127.0.0.1", 8410)),
        ("koe.example.jp:443", ("koe.example.jp", 443)),
    ],
)
def test_an_address_is_a_host_and_a_port(bind: str, parts: tuple[str, int]) -> None:
    assert parse_bind(bind) == parts


@pytest.mark.parametrize("bind", ["", "8410x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "host:-1"])
def test_anything_else_is_refused_with_an_example(bind: str) -> None:
    with pytest.raises(Invalid, match=r"127\.0\.0\.1:8410"):
        parse_bind(bind)
