"""Names of persons, where the text itself says that a name follows or has just been."""

import re
from collections.abc import Iterator

from classifier.words import analyse

_NAME = r"[一-龥々ヶァ-ヴーぁ-ん]"
_SURE = (
    re.compile(
        rf"(?:氏名|お?名前|なまえ|姓名|代表者|差出人|投稿者)[ ]?(?:は|:|、|が)[ ]?"
        rf"(?P<it>{_NAME}{{1,5}}(?:[ 　]{_NAME}{{1,5}})?)"
        r"(?=[ 　]?(?:です|と申|とい|$|[\n。、,)(/]|\d|様|さん))"
    ),
    re.compile(
        r"(?P<it>[一-龥々ヶ]{2,6}(?:[ 　][一-龥々]{1,3})?|"
        r"[ァ-ヴー]{2,8}(?:[ ・][ァ-ヴー]{2,8})?)(?=(?:と申し|ともうし))"
    ),
)
_CUES = re.compile(r"さん|様|さま|氏|くん|君|ちゃん|先生|です|と申|といい|と言い|より|拝|名前|氏名|:")
_TITLES = (
    "さん",
    "様",
    "さま",
    "氏",
    "くん",
    "君",
    "ちゃん",
    "先生",
    "課長",
    "係長",
    "主任",
    "部長",
    "議員",
    "校長",
    "教諭",
)
_INTRODUCED = ("と申", "といい", "と言い", "ともう")
# Surnames that are everyday words or places as well; with them only a full name or a firm cue counts.
_WORDS_TOO = frozenset(
    [
        "市",
        "町",
        "森",
        "林",
        "原",
        "谷",
        "東",
        "西",
        "南",
        "北",
        "中",
        "橋",
        "堀",
        "島",
        "岡",
        "星",
        "泉",
        "関",
        "畑",
        "港",
        "辻",
        "堤",
        "宮",
        "堂",
        "奥",
        "角",
        "金",
        "平",
        "旭",
        "桜",
        "緑",
        "所",
        "沖",
        "浜",
        "湊",
        "桜井",
        "中央",
        "本町",
        "新田",
        "上野",
        "川口",
        "大和",
        "川北",
        "小山",
        "大阪",
        "神戸",
        "長崎",
        "福島",
        "千葉",
        "石川",
        "山口",
        "宮崎",
        "秋田",
        "福岡",
        "松本",
    ]
)


def _tokens(text: str) -> list[tuple[int, int, str, str]]:
    found, position = [], 0
    for word in analyse(text):
        start = text.find(word.surface, position)
        if start < 0:
            continue
        position = start + len(word.surface)
        part = word.part.rsplit("-", 1)[-1] if "人名" in word.part else ""
        found.append((start, position, word.surface, part))
    return found


def _is_named(surname: str, full: bool, before: str, after: str) -> bool:
    if after.startswith(_INTRODUCED) or re.search(r"(?:氏名|名前|代表者|差出人)[はが:、 　]{0,2}$", before):
        return True
    if after.startswith(_TITLES):
        return full or surname not in _WORDS_TOO
    if full:
        return bool(re.match(r"です|より|拝|[ 　]*$|[ 　]*[\n(。]|\(", after)) and bool(
            re.search(r"(?:^|[\nの、。: 　])$", before)
        )
    starts = bool(re.search(r"(?:^|[\n。])$", before)) or before.endswith(("在住の", "に住む", "私は", "担当の"))
    return starts and surname not in _WORDS_TOO and after.startswith(("です", "より", "と言"))


def _tagged(text: str) -> Iterator[tuple[int, int, str]]:
    tokens = _tokens(text)
    for i, (start, end, surface, part) in enumerate(tokens):
        if part != "姓" or (len(surface) < 2 and surface not in {"森", "林", "原", "関", "堀", "辻"}):
            continue
        last, full = end, False
        if i + 1 < len(tokens) and tokens[i + 1][3] in {"名", "姓"} and tokens[i + 1][0] - end <= 1:
            last, full = tokens[i + 1][1], True
        if i and tokens[i - 1][3] == "姓" and tokens[i - 1][1] == start:
            continue
        if _is_named(surface, full, text[max(0, start - 8) : start], text[last : last + 6]):
            yield start, last, "person_name"


def name_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Cued names in a text of unified width."""
    for expression in _SURE:
        for match in expression.finditer(text):
            yield match.start("it"), match.end("it"), "person_name"
    if _CUES.search(text):
        yield from _tagged(text)
