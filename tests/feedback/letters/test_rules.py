import pytest

from feedback.letters.rules import LetterState, postal_address, state_of
from feedback.mails.rules import address_in, with_address


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("〒123-0001 まちこえ市本町1丁目2番3号", "〒123-0001 まちこえ市本町1丁目2番3号"),
        ("まちこえ市本町1-2-3 電話：090-1234-5678", "まちこえ市本町1-2-3"),
        ("本町三丁目4 taro@example.co.jp", "本町三丁目4"),
        ("東京都千代田区1-1 / taro@example.jp", "東京都千代田区1-1"),
        ("taro@example.jp", None),
        ("090-1234-5678", None),
        ("TEL 03-1234-5678", None),
        ("", None),
        (None, None),
    ],
)
def test_what_of_a_contact_can_stand_on_an_envelope(contact: str | None, address: str | None) -> None:
    assert postal_address(contact) == address


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("taro.yamada+koe@mail.example.co.jp", "taro.yamada+koe@mail.example.co.jp"),
        ("メール：taro@example.jp（夜間）", "taro@example.jp"),
        ("a@example.jp / b@example.jp", "a@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", None),
        ("taro@example", None),
        ("taro..x.@example.jp", "taro..x.@example.jp"),
        ("taro@example.jp\r\nBcc: x@example.jp", "taro@example.jp"),
        ("taro@-example.jp", None),
        ("090-1234-5678", None),
        (None, None),
    ],
)
def test_a_mail_address_is_found_in_a_contact(contact: str | None, address: str | None) -> None:
    assert address_in(contact) == address


def test_a_mail_address_is_put_in_place_of_the_old_one_and_nothing_else_goes() -> None:
    assert with_address("電話090-1 taro@exmaple.jp 夜", "taro@example.jp") == "電話090-1 taro@example.jp 夜"
    assert with_address("090-1234-5678", "taro@example.jp") == "taro@example.jp　090-1234-5678"
    assert with_address(None, "taro@example.jp") == "taro@example.jp"


def test_what_was_printed_before_a_change_has_to_be_printed_again() -> None:
    assert state_of(is_sent=False, answer_round=1, printed_round=None) is LetterState.TO_PRINT
    assert state_of(is_sent=False, answer_round=1, printed_round=1) is LetterState.PRINTED
    assert state_of(is_sent=False, answer_round=2, printed_round=1) is LetterState.TO_PRINT
    assert state_of(is_sent=True, answer_round=2, printed_round=None) is LetterState.POSTED
