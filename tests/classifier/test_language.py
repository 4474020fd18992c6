import pytest

from classifier import corpus
from classifier.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("道路に穴", "ja"),
        ("市役所駐車場料金", "ja"),
        ("ｶﾞﾂｺｳ", "ja"),
        ("Wi-Fiが遅い", "ja"),
        ("gomi no hi wa itsu desu ka", "ja"),
        ("Where can I throw away batteries?", "en"),
        ("hello", "en"),
        ("垃圾什么时候收？", "zh-Hans"),
        ("请问停车场在哪里", "zh-Hans"),
        ("請問停車場在哪裡", "zh-Hant"),
        ("垃圾什麼時候收？", "zh-Hant"),
        ("쓰레기 언제 버려요?", "ko"),
        ("Onde posso jogar o lixo?", "pt"),
        ("Đường bị hư", "vi"),
        ("¿Dónde está la parada?", "es"),
        ("มีขยะ", "th"),
        ("12345", None),
        ("", None),
        ("😀", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_corpus_languages() -> None:
    rows = corpus.opinions()
    right = sum(language_of(row.text) == row.language for row in rows)
    assert right >= 0.99 * len(rows)
