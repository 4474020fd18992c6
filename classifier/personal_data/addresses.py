"""Addresses that lead to a door: a place name followed by house numbers."""

import re
from collections.abc import Iterator

_H = r"[-‐‑‒–—―−ー]"
_N = r"(?:[1-9]\d{0,3}|[一二三四五六七八九十]{1,3})"
_CHOME = rf"(?:[北南][ ]?\d{{1,2}}条[ ]?[東西]?|[東西])?{_N}丁目"
_LOT = (
    rf"(?:{_N}番(?:地)?(?:[ ]?(?:の|{_H})?[ ]?{_N}号?)?"
    rf"|{_N}[ ]?(?:の|{_H})[ ]?\d{{1,4}}(?:[ ]?{_H}[ ]?\d{{1,4}})?(?:号)?|{_N}号)"
)
_ALONE = rf"(?<![\d.{_H[1:]})"
_UNIT = r"日|時|分|年|月|人|名|件|回|円|歳|才|%|倍|個|本|台|枚|km|m|cm|号線|番線|番窓口|階|組|週|度|㎜|mm"
_HOUSE = re.compile(
    rf"(?:{_CHOME}[ ]?の?[ ]?{_LOT}"
    rf"|{_ALONE}[1-9]\d{{0,3}}(?:[ ]?{_H}[ ]?\d{{1,4}}){{2,3}}"
    rf"|{_ALONE}[1-9]\d{{0,3}}の\d{{1,4}}の\d{{1,4}}"
    rf"|{_ALONE}(?:\d{{1,3}}地割)?[1-9]\d{{0,4}}番地(?:[ ]?(?:の|{_H})?[ ]?\d{{1,4}})?"
    rf"(?:[ ]?[イロハニホヘト](?![ァ-ヴー]))?"
    rf"|{_ALONE}{_N}番(?:の)?[ ]?{_N}号?"
    rf"|(?<=[町村里台丘])[一二三四五六七八九十]{{1,3}}番地"
    rf"|{_ALONE}[1-9]\d{{0,4}}[ ]?{_H}[ ]?\d{{1,4}})"
    rf"(?!\d|(?:{_UNIT})|[ ](?:{_UNIT})(?![一-龥]))(?!{_H}\d)"
)
_BUILDING = (
    r"(?:コーポ|メゾン|ハイツ|ハイム|マンション|アパート|レジデンス|荘"
    r"|ビル|タワー|団地|住宅|パレス|ハウス|グラン|コート|ヒルズ|寮)"
)
_ROOM = re.compile(
    rf"[ ]?\n?[^\s、。,()\d]{{0,10}}{_BUILDING}[^\s、。,()\dはがのにでをと]{{0,10}}"
    r"(?:[ ]?[^\s、。,()\dはがのにでをと]{2,8}(?=[ ]\d))?"
    rf"[ ]?(?:\d{{1,2}}(?:棟|{_H})[ ]?){{0,2}}(?:[A-Z]?{_H}?\d{{1,4}}(?:号室|号|F|階)?)?"
    r"|[ ]?(?:[ァ-ヴー一-龥A-Za-z々]{2,14}[ ]?)?(?:[A-Z]?\d{1,4}号室|\d{1,2}棟[ ]?\d{1,4}号?|(?<= )\d{3,4}(?!\d))"
    rf"|{_H}[A-Z](?![A-Za-z])|{_H}?[A-Z]?\d{{1,4}}号室"
)
_PREFECTURE = r"(?:東京都|北海道|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[一-龥]{2})県)"
_TOWN_NAME = r"[一-龥ァ-ヴヶヵー々]{1,8}(?:が丘|の里|の台|の森|の内|の木|の宮|ノ内|り|が原)?[一-龥]{0,3}"
_PLACE = re.compile(
    rf"{_PREFECTURE}[ ]?(?:[一-龥ぁ-んァ-ヴヶヵー々]{{1,6}}[市郡][ ]?)?"
    rf"(?:[一-龥ぁ-んァ-ヴヶヵー々]{{1,6}}[区町村][ ]?)?"
    rf"(?:大字|字)?[一-龥ぁ-んァ-ヴヶヵー々]{{0,12}}[ ]?$"
    r"|(?:[一-龥ァ-ヴヶヵー々]{1,6}[市郡][ ]?|[一-龥ァ-ヴヶヵー々]{1,6}[区村][ ]?){0,2}"
    r"(?:大字|字)?"
    r"(?:[ぁ-ん]{1,5}(?=[ヶケが]?[町台丘野原山川通橋浜島谷坂区])|(?<![一-龥])[ぁ-ん]{2,5})?"
    rf"{_TOWN_NAME}[ ]?$"
    r"|[ぁ-ん]{2,6}(?:が丘|の里)[ ]?$"
)
_CUE = re.compile(r"(?:住所|所在地|自宅|実家|在住|番地|住んで|住まい|うちは|家は|現場は|場所は)[はがの:、 ]{0,3}$")
_LEADING = re.compile(
    r"^(?:.*(?:住所|自宅|実家|場所|所在地|うち|現場|連絡先)[はがも:、 ]?|"
    r"[はがをにでともの、。:]|です|ます|から|まで|という|には|では)+"
)
_TOWN = re.compile(
    r"(?:[町台丘野原山川通橋浜島谷坂田木沢北南東西上下中本沼崎井里宿市区村郷条]|り|ヶ丘|が丘|タウン|団地)[ ]?$"
)
_NOT_PLACE = re.compile(
    r"(?:第|約|平成|令和|昭和|午前|午後|毎月|電話|番号|"
    r"国道|県道|市道|番線|系統|窓口|型番|条例|教室|年度|先着|[０-９0-9])[ ]?$"
)
_REACH = 28


def _is_door(place: str, before: str, number: str) -> bool:
    if not place or _NOT_PLACE.search(place):
        return False
    if "丁目" in number or "番地" in number or len(re.findall(r"\d+", number)) >= 3:
        return True
    return bool(
        "番" in number
        or re.search(r"[市郡町村区][一-龥ぁ-んァ-ヴー]", place)
        or _TOWN.search(place)
        or _CUE.search(before)
    )


def address_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Addresses with a house number in a text of unified width; a district alone is nobody's address."""
    for match in _HOUSE.finditer(text):
        window = text[max(0, match.start() - _REACH) : match.start()]
        found = _PLACE.search(window)
        if not found:
            continue
        place = found[0]
        cut = _LEADING.match(place)
        place = place[cut.end() :] if cut else place
        start = match.start() - len(place)
        if _is_door(place, text[max(0, start - 8) : start], match[0]):
            room = _ROOM.match(text, match.end())
            yield start, room.end() if room else match.end(), "address"
