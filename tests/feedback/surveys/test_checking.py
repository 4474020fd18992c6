from typing import Any

import pytest
from hypothesis import given

from feedback.errors import Invalid
from feedback.surveys.checking import faults
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of, document_of
from tests.feedback.surveys.definitions import EVERY_TYPE, definitions, every_type

YES_NO = [{"key": "yes", "text": "はい"}, {"key": "no", "text": "いいえ"}]


def survey(*questions: dict[str, Any], **rest: Any) -> Definition:
    return definition_of({"key": "s", "title": "題", "questions": list(questions)} | rest)


def single(key: str, **rest: Any) -> dict[str, Any]:
    return {"key": key, "type": "single", "text": "質問", "choices": YES_NO} | rest


def test_a_good_survey_has_no_faults_and_is_the_same_when_read_again() -> None:
    assert faults(every_type()) == []
    assert definition_of(document_of(every_type())) == every_type()


@given(definitions())
def test_any_definition_is_the_same_when_read_again(definition: Definition) -> None:
    assert definition_of(document_of(definition)) == definition


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (survey(), "質問がありません"),
        (survey({"key": "a", "type": "section", "text": "見出し"}), "質問がありません"),
        (survey(single("a"), single("a")), "「a」が二度"),
        (survey(single("end")), "使えません"),
        (survey(single("a", next={"yes": "z"})), "「z」という質問がありません"),
        (survey(single("a"), single("b", next={"yes": "a"})), "この質問より前"),
        (survey(single("a", next={"maybe": "b"}), single("b")), "「maybe」に当たる選択肢"),
        (survey(single("a", next="end"), single("b")), "たどり着きません"),
        (survey(single("a", required=True, next={"yes": "c", "no": "c"}), single("b"), single("c")), "2番目の質問"),
        (survey(single("a", text="{b}はいかが"), single("b")), "差し込み「{b}」"),
        (survey({"key": "a", "type": "single", "text": "質問", "choices": YES_NO[:1]}), "2つ以上"),
        (survey({"key": "a", "type": "single", "text": "質問", "choices": YES_NO + YES_NO[:1]}), "二度"),
        (survey({"key": "a", "type": "text", "text": "質問", "choices": YES_NO}), "付けられません"),
        (survey({"key": "a", "type": "matrix", "text": "質問", "columns": YES_NO}), "表の行"),
        (survey({"key": "a", "type": "multiple", "text": "質問", "choices": YES_NO, "max": 3}), "選択肢の数"),
        (survey(single("a", choices=[{"key": "x", "text": "あ" * 81}, {"key": "y", "text": "い"}])), "80文字"),
        (survey(single("a"), opens="2026-12-01", closes="2026-11-01"), "締切が、開始より前"),
        (survey(single("a"), quotas=[{"question": "a", "choice": "z", "limit": 3}]), "定員"),
        (survey(single("a"), languages=["en"]), "日本語"),
        (survey(single("a"), translations={"en": {"b": "x"}}), "翻訳"),
        (survey(single("a"), key="だめ"), "半角の英数字"),
        (survey(single("a", image="http://x")), "https://"),
    ],
)
def test_each_fault_is_told(definition: Definition, words: str) -> None:
    assert any(words in one for one in faults(definition)), faults(definition)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"title": "題", "questions": []}, "key"),
        (EVERY_TYPE | {"colour": "red"}, "この名前の項目はありません"),
        (EVERY_TYPE | {"questions": [{"key": "a", "type": "essay", "text": "質問"}]}, "questions の1番目の type"),
        (EVERY_TYPE | {"opens": "きのう"}, "日時として読めません"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(document: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        definition_of(document)
    assert words in str(refused.value)


def test_a_deadline_day_is_included_and_keys_may_look_like_numbers_or_truth() -> None:
    read = survey(
        single("a", choices=[{"key": 1, "text": "一"}, {"key": False, "text": "いいえ"}], next={False: "end"}),
        opens="2026-12-01",
        closes="2026-12-31",
    )
    assert read.opens is not None
    assert read.closes is not None
    assert (read.opens.isoformat(), read.closes.isoformat()) == (
        "2026-12-01T00:00:00+09:00",
        "2027-01-01T00:00:00+09:00",
    )
    assert [one.key for one in read.questions[0].choices] == ["1", "no"]
    assert read.questions[0].next == (("no", "end"),)
