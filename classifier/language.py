"""Which language a message is in, by script, tell-tale letters and everyday words; short texts too."""

import re
import unicodedata
from functools import lru_cache

from classifier.lexicon import word_lists

_SCRIPTS = (
    ("ja", re.compile(r"[ぁ-ゖァ-ヺｦ-ﾟ]")),
    ("ko", re.compile(r"[가-힣ㄱ-ㅣ]")),
    ("th", re.compile(r"[ก-๛]")),
    ("ru", re.compile(r"[А-яЁё]")),
    ("ar", re.compile(r"[ء-ي]")),
    ("ne", re.compile(r"[ऀ-ॿ]")),
    ("my", re.compile(r"[က-႟]")),
    ("km", re.compile(r"[ក-៹]")),
    ("si", re.compile(r"[අ-ෆ]")),
    ("bn", re.compile(r"[অ-৿]")),
)
_NEITHER_JAPANESE_NOR_LATIN = re.compile("|".join(script.pattern for language, script in _SCRIPTS if language != "ja"))
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[a-zA-ZÀ-ɏẠ-ỹ']+")
_NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+")
# Everyday words of Chinese that Japanese does not write so.
_CHINESE = re.compile(
    r"[你妳您们們吗嗎呢吧这這哪啊没沒谁誰么麼她它咱啦喔]|怎[么麼样樣]|什[么麼]|我[们們的在想家]|請問|请问|谢谢|謝謝|不能|可以|没有|沒有|因为|因為|但是|还是|還是|了。|的[人是时時地]|是否|如何|在哪"
)
_WORDS = {language: frozenset(words) for language, words in word_lists("languages").items()}
_LETTERS: dict[str, re.Pattern[str]] = {
    "vi": re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]"),
    "pt": re.compile(r"[ãõç]|ção|lh|nh|ê"),
    "es": re.compile(r"[ñ¿¡]|ción"),
}
_VIETNAMESE_ONLY = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def _has(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_everyday_japanese(character: str) -> bool:
    """Whether the character is in the first level of JIS X 0208: the 2,965 of everyday use."""
    return _has(character, "shift_jis") and b"\x88\x9f" <= character.encode("shift_jis") <= b"\x98\x72"


@lru_cache(maxsize=20_000)
def _han_sign(character: str) -> str | None:
    """The only written language that uses this form of a character, if there is one."""
    simplified, traditional = _has(character, "gb2312"), _has(character, "big5")
    if _is_everyday_japanese(character):
        return None if simplified or traditional else "ja"
    if simplified == traditional:
        return None
    return "zh-Hans" if simplified else "zh-Hant"


def _han_language(text: str, kana: int = 0) -> str:
    signs = [_han_sign(character) for character in _HAN.findall(text)]
    simplified, traditional = signs.count("zh-Hans"), signs.count("zh-Hant")
    chinese = simplified + traditional + len(_CHINESE.findall(text))
    if signs.count("ja") + kana >= chinese:
        return "ja"
    return "zh-Hant" if traditional + _lean(text) > simplified else "zh-Hans"


def _lean(text: str) -> int:
    """How many more characters only Taiwan's standard has than only the mainland's, shared with Japanese or not."""
    found = _HAN.findall(text)
    return sum(_has(c, "big5") for c in found) - sum(_has(c, "gb2312") for c in found)


def _latin_language(text: str) -> str | None:
    found = [word.strip("'") for word in _LATIN_WORD.findall(unicodedata.normalize("NFC", text).lower())]
    if not found:
        return None
    scores = {language: sum(word in known for word in found) / len(found) for language, known in _WORDS.items()}
    joined = " ".join(found)
    for language, letters in _LETTERS.items():
        scores[language] += 0.6 * min(1.0, 3 * len(letters.findall(joined)) / len(found))
    if _VIETNAMESE_ONLY.search(joined):
        scores["vi"] += 1.0
    if "¿" in text or "¡" in text:
        scores["es"] += 1.0
    best = max(scores, key=lambda language: scores[language])
    if scores[best] == 0:
        return "en" if len(found) > 1 or len(found[0]) > 1 else None
    return best


def language_of(text: str) -> str | None:
    """ISO code of the language (``zh-Hans`` and ``zh-Hant`` apart), or None for a text without letters."""
    text = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text[:4000]))
    # Most texts are Japanese: one look spares counting what nobody wrote.
    scripts = _SCRIPTS if _NEITHER_JAPANESE_NOR_LATIN.search(text) else _SCRIPTS[:1]
    counts = {language: len(script.findall(text)) for language, script in scripts}
    counts["han"] = len(_HAN.findall(text))
    latin_words = len(_LATIN_WORD.findall(text))
    kana, han = counts["ja"], counts["han"]
    if kana and kana + han >= max(latin_words / 2, counts.get("ko", 0)):
        return _han_language(text, kana) if han > 8 * kana else "ja"
    best = max(counts, key=lambda language: counts[language])
    if counts[best] and counts[best] >= latin_words:
        return _han_language(text) if best == "han" else best
    return _latin_language(text) or (_han_language(text) if han else None)
