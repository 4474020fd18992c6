import pytest

from classifier import corpus
from classifier.chatter import chatter_class


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("こんにちは", "greeting"),
        ("はじめまして、よろしくお願いいたします。", "greeting"),
        ("ありがとうございました🙏", "thanks"),
        ("了解です", "thanks"),
        ("テスト", "test"),
        ("ああああああ", "test"),
        ("123", "test"),
        ("メニュー", "command"),
        ("使い方", "command"),
        ("すべて消す", "command"),
        ("緊急連絡先", "command"),
        ("😊", "greeting"),
        ("在宅ワーク募集中!コピペだけで日給2万円、詳細はこちら https://example.net/x", "spam"),
    ],
)
def test_chatter(text: str, expected: str) -> None:
    assert chatter_class(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "こんにちは、公園の街灯が切れています",
        "ありがとうございました。でも側溝はまだです",
        "テストの点数で差別する先生がいます",
        "火事です",
        "死にたい",
        "道路",
        "穴",
        "助けて",
        "はい",
        "いいえ",
        "09000001234",
        "ごみ",
        "副業で稼げると言われて振り込んでしまいました。相談できますか https://example.net",
    ],
)
def test_what_may_be_an_opinion_is_none(text: str) -> None:
    assert chatter_class(text) is None


def test_no_opinion_of_the_corpus_is_swallowed() -> None:
    assert [row.text for row in corpus.opinions() if chatter_class(row.text)] == []


def test_most_chatter_of_the_corpus_is_recognised_and_rarely_under_another_name() -> None:
    rows = [row for row in corpus.chatter() if row.kind != "spam"]
    found = [chatter_class(row.text) for row in rows]
    assert sum(name is not None for name in found) >= 0.75 * len(rows)
    assert sum(name not in {None, row.kind} for name, row in zip(found, rows, strict=True)) <= 0.06 * len(rows)
