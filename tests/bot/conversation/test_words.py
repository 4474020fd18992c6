import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.words import MAX_ID, Command, Word, read_word


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("メニュー", Command.MENU),
        ("ﾒﾆｭｰ", Command.MENU),
        (" 状況。", Command.STATUS),
        ("使い方", Command.HELP),
        ("？", Command.HELP),
        ("個人情報", Command.PRIVACY),
        ("プロフィール", Command.PROFILE),
        ("やめる", Command.STOP),
        ("「取り下げる」", Command.WITHDRAW),
        ("OK", Command.YES),
        ("ちがう分野です", Command.PICK),
        ("はい、取り下げます", Command.YES),
        ("同意しない", Command.REFUSE),
    ],
)
def test_commands_in_any_form(text: str, command: Command) -> None:
    assert read_word(text).command is command


@pytest.mark.parametrize("text", ["状況を良くしてください", "写真のとおりです", "同意できる内容なら", "追加の要望です"])
def test_sentences_are_no_commands(text: str) -> None:
    assert read_word(text).command is None


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("１２", 12), ("③", 3), ("1000", None), ("1丁目", None)])
def test_numbers(text: str, number: int | None) -> None:
    assert read_word(text).number == number


@pytest.mark.parametrize(
    ("text", "submission"),
    [
        ("R8-000123", 123),
        ("ｒ8ー000123", 123),
        ("R8-12の件", None),
        (f"R8-{MAX_ID + 1}", None),
        ("R8-000000123456", 123456),
    ],
)
def test_receipt_numbers(text: str, submission: int | None) -> None:
    assert read_word(text).submission == submission


@given(st.text(min_size=41))
def test_long_texts_are_no_answers(text: str) -> None:
    assert read_word(text) == Word()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_word(text)
