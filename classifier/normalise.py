"""One spelling for what citizens type in many: widths, half-width kana, hyphens, long vowels, repetitions."""

import re
import unicodedata

_HYPHENS = "˗֊‐‑‒–⁃⁻₋−"
_LONG_VOWELS = "﹣－ｰ—―─━"
_TILDES = "~∼∾〜〰～"
_SINGLES = str.maketrans({**dict.fromkeys(_HYPHENS, "-"), **dict.fromkeys(_LONG_VOWELS, "ー")})
_TILDE_RUN = re.compile(f"[{_TILDES}]+")
_LONG_RUN = re.compile("ー{2,}")
_REPEATED = re.compile(r"(.)\1{2,}")
_SPACES = re.compile(r"\s+")
_URL = re.compile(r"https?://[!-~]+")
# Whole sentences typed in katakana (old telephones, children): in hiragana they meet what others write.
_KATAKANA_ENDINGS = "マス|デス|クダサイ|マセン|マシタ|ナイ|テイル|テル|ホシイ"
_TYPED_IN_KATAKANA = re.compile(rf"(?:{_KATAKANA_ENDINGS})(?:カ|ネ|ヨ)?(?:[^ァ-ヶ]|$)")
_OTHER_JAPANESE = re.compile(r"[ぁ-ん一-龥]")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ"))}
# Marks that belong to the character before them: NFKC may merge the two into one.
_ATTACHED = frozenset("ﾞﾟ\u3099\u309a")
MAX_CHARACTERS = 4000


def normalise(text: str) -> str:
    """Return the text as the models see it: NFKC, lower case, one spelling for long vowels and repetitions.

    At most ``MAX_CHARACTERS`` characters are looked at; white space becomes single spaces.
    """
    spelled = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS].translate(_SINGLES)).lower()
    spelled = _URL.sub(" url ", spelled)
    spelled = _TILDE_RUN.sub("ー", spelled)
    spelled = _LONG_RUN.sub("ー", spelled)
    spelled = _REPEATED.sub(r"\1\1", spelled)
    if _TYPED_IN_KATAKANA.search(spelled) and not _OTHER_JAPANESE.search(spelled):
        spelled = spelled.translate(_TO_HIRAGANA)
    return _SPACES.sub(" ", spelled).strip()


def _clusters(text: str) -> list[tuple[int, str]]:
    clusters: list[tuple[int, str]] = []
    for position, character in enumerate(text):
        if clusters and (character in _ATTACHED or unicodedata.combining(character)):
            start, previous = clusters[-1]
            clusters[-1] = (start, previous + character)
        else:
            clusters.append((position, character))
    return clusters


def unify_width(text: str) -> tuple[str, list[int]]:
    """Return NFKC text and, for every character of it and its end, the offset in the original text.

    ``offsets[i]`` is where character ``i`` came from; ``offsets[len(result)]`` is ``len(text)``, so the span
    ``[a, b)`` of the result covers ``[offsets[a], offsets[b])`` of the original.
    """
    if unicodedata.is_normalized("NFKC", text):
        return text, list(range(len(text) + 1))
    characters: list[str] = []
    offsets: list[int] = []
    for start, cluster in _clusters(text):
        for character in unicodedata.normalize("NFKC", cluster):
            characters.append(character)
            offsets.append(start)
    offsets.append(len(text))
    return "".join(characters), offsets
