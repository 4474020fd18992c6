"""Names of persons, where the text itself says that a name follows or has just been."""

import re
from collections.abc import Iterator

from classifier.personal_data.name_words import (
    EVERYDAY,
    KATAKANA_NOBODY,
    NEVER_TITLED,
    PLACES,
    RELATIVES,
    SURNAMES_IN_KANA,
    SURNAMES_IN_YA,
    TITLES,
    is_public,
)
from classifier.phrases import Phrases
from classifier.words import GIVEN_NAME, SURNAME, analyse

_KANA = "|".join(sorted(SURNAMES_IN_KANA, key=len, reverse=True))
_HIRAGANA = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヴ" else c for c in _KANA)
_KATAKANA = r"[ァ-ヴー]"
_NAME = r"[一-龥々ヶァ-ヴーぁ-ん]"
_TITLE = "|".join(TITLES)
_LABEL = r"(?:氏名|お?名前|おなまえ|なまえ|本名|姓名|名字|苗字|名義人?|口座名義|代表者|差出人|投稿者|フリガナ|ふりがな)"
# Two or three characters of kanji that do not say what somebody is (住民, 会社員).
_PERSON = r"(?![一-龥]{0,2}[民人者員婦性生親客徒帯代主業校家所側方前件分目上下隣横裏])[一-龥々]{2,3}"
_NOT_GIVEN = "生歳才代症病障児居身住別独無職員方側在故亡高老年男女同当現元持実義他親主"
_NOBODY = "|".join(KATAKANA_NOBODY)
_SURE = (
    # 氏名：田中 花子
    re.compile(
        rf"{_LABEL}[ ]?(?:[:→〉>】\]][ ]?|は[ ]?(?=\S+[ ]\S)|[ ])"
        rf"(?P<it>[一-龥々ヶ]{{1,4}}[ ]{_NAME}{{1,4}}?|[一-龥々ヶ]{{2,6}}|{_KATAKANA}{{2,6}}(?:[ ]{_KATAKANA}{{2,6}})?"
        r"|[ぁ-ん]{2,4}[ ][ぁ-ん]{2,4}?)"
        r"(?=[ ]?(?:です|だ[よけ]|と申|とい|って|でお願|なの?で|$|[\n。、,)(/・〈<]|\d|様|さん|[ ]))"
    ),
    # 田中と申します
    re.compile(
        r"(?:^|(?<=[\n。、:! はのた]))(?P<it>[一-龥々ヶ]{1,6}(?:[ ][一-龥々ぁ-ん]{1,4})?"
        rf"|{_KATAKANA}{{2,8}}(?:[ ・]{_KATAKANA}{{1,8}}){{0,3}}|[ぁ-ん]{{2,4}}[ ][ぁ-ん]{{2,4}})"
        r"(?=(?:と申し(?!ますか|ますの|上げ)|ともうし))"
    ),
    # グエン・ヴァン・アンです
    re.compile(
        rf"(?<![ァ-ヴー・])(?P<it>{_KATAKANA}{{2,8}}(?:・{_KATAKANA}{{1,8}}){{1,3}})"
        rf"(?=です|とい|と申|より|の(?:妻|夫|母|父)|[ ]?(?:{_TITLE}))"
    ),
    re.compile(
        r"(?P<it>\b[A-Z][a-z]+(?:[ ][A-Z][a-z]+){1,2})(?=[ ]?(?:です|と申|とい|さん|様|より))"
        r"|(?:(?i:name(?:[ ]is)?|I am|I'm|this is)[ :]{1,2})(?P<also>[A-Z][a-z]+(?:[ ][A-Z][a-z]+){1,2})"
    ),
    # 孫のそうたくん
    re.compile(rf"{RELATIVES}の(?P<it>[ぁ-ん]{{2,4}}?|[ァ-ヴー]{{2,5}})(?=くん|君|ちゃん)"),
    # 夫（徹）
    re.compile(
        rf"{RELATIVES}[ ]?\((?P<it>(?:(?![{_NOT_GIVEN}])[一-龥々]){{1,2}}|[ぁ-ん]{{2,4}}|[ァ-ヴー]{{2,5}})(?=[)、,])"
    ),
    # （根本の妻です）, 緑町6-21の島田です
    re.compile(rf"\((?P<it>{_PERSON})(?=の(?:妻|夫|母|父|娘|息子)です)"),
    re.compile(rf"\d(?:番地?|号室?)?の(?P<it>{_PERSON})(?=です|と申)"),
    # （しみず しょうた）after a name
    re.compile(r"(?<=[一-龥])[ ]?\((?P<it>[ぁ-ん]{2,5}[ ][ぁ-ん]{2,5}|[ァ-ヴー]{2,5}[ ][ァ-ヴー]{2,5})\)"),
    # ぼくははやとといいます
    re.compile(
        r"(?:ぼく|わたし|あたし|おれ|わし|私|僕|俺)は、?(?P<it>[ぁ-ん]{2,4}|[一-龥々]{1,4})(?=と(?:いいます|言います|申し))"
    ),
)
# Names in kana, only where somebody is called by one.
_CALLED = re.compile(r"さん|様|さま|と申|[ァ-ヴー](?:[ ][ァ-ヴー]|です|より)")
_IN_KANA = (
    # タナカ ハナコ, ハヤシさん, すずきさん
    re.compile(
        rf"(?<![ァ-ヴー])(?P<it>(?:{_KANA})(?:[ ]{_KATAKANA}{{2,5}}(?![ァ-ヴー])|(?=[ ]?(?:さん|様|さま|です|より))))"
    ),
    re.compile(rf"(?:(?<![ぁ-ん])|(?<=[のは]))(?P<it>{_HIRAGANA})(?=さん|様|と申|ともうし)"),
    # ブラウンさん
    re.compile(rf"(?<![ァ-ヴー・A-Za-z])(?!(?:{_NOBODY})さん)(?P<it>{_KATAKANA}{{2,6}}(?<!ー))(?=さん(?!が丘|ぽ))"),
)
_CUED = (*_SURE, *_IN_KANA)
_PHRASES = Phrases(_CUED)
_KANA_WRITTEN = re.compile(r"[ぁ-んァ-ヴ]")
_STANDS_AFTER = re.compile(r"(?:^|[ \n、。:(])$")
_STANDS_BEFORE = re.compile(r"$|[ \n、。()]|様|殿")
_REACH = 16
_HIRAGANA_OR_KANJI = re.compile(r"[ぁ-ん一-龥]")
_INTRODUCED = re.compile(
    r"と申し|ともうし|といいます|と言います|という(?:者|人|男|女|方|同じ|職員|名)|と言う(?:者|人)|いうもん|って(?:言|い)|と電話"
)
_LABELLED = re.compile(rf"{_LABEL}[はが:、 ]{{0,3}}$")
_BEGINS = re.compile(r"(?:^|[\n。!?！？〉>】)] ?)$|\n[ ]*$")
_APART = re.compile(
    r"(?:^|[\n。、!?:→ ()〉>】・/】]|です|ます|[た者]"
    r"|[一-龥ァ-ヴー]の|\d(?:番地|号室?|番|F|階)?の|在住の|に住む|私は|担当[のは]|わしは)$"
)
# 福田 花です, 石川県太です: words that are names only here.
_ONLY_HERE = re.compile(r"[一-龥々ぁ-ん]{1,3}")
_ONLY_HERE_JOINED = re.compile(r"[一-龥々]{0,2}[^宅家方様課町市区線駅橋店氏殿君川山田村会長族側\W\dぁ-んァ-ヴー]")
_NAME_ENDS = re.compile(r"です|と申|といい|[ ]*$|[ ]*[\n(。、]")
_STATED = re.compile(r"です|と申|といい|、\d+歳")
_SIGNED = re.compile(r"(?:^|[\n (。]|[ァ-ヴー一-龥]の)$")
_SELF = re.compile(r"(?:私|わたくし|わたし|小生)$")
_CLOSES = re.compile(r"[ ]*$|[ ]*\n|[ ]*[()]|(?:より|拝)[ ]*(?:$|[\n。])")
_STATES = re.compile(r"です|だけど|だが[、 ]|でございます|より")
_RELATED = re.compile(
    r"の(?:(?:妻|夫|娘|息子|母|父|家内|嫁|孫|姉|妹|兄|弟)(?:です|と申|で[、。]|[。)]|$)"
    r"|おばあ|おじい|ばあ|じい|奥さん|ご主人|お母|お父)"
)
_AFTER_RELATIVE = re.compile(rf"{RELATIVES}(?:の名前は|の|、|は|が|\(|[ ])?$")
_GIVEN_GOES_ON = re.compile(r"(?:が|は|の|を|に|も|と|で|です|[)(、。 ]|くん|君|ちゃん|さん|$)")
_ADDRESS_OR_NUMBER = re.compile(r"\d(?:番地|号室?|番|F|階)?[ ]?[、 \n]+$|@[\w.-]+[ \n]+$")

Token = tuple[int, int, str, str]


def _tokens(text: str) -> list[Token]:
    found, position = [], 0
    for word, part in zip(*analyse(text), strict=True):
        start = text.find(word, position)
        if start < 0:
            continue
        position = start + len(word)
        found.append((start, position, word, part))
    return found


def _is_surname(surname: str, before: str, after: str) -> bool:
    """Whether a surname that stands alone is meant as a person's, by what stands around it."""
    if is_public(surname, after):
        return False
    if after.startswith(TITLES):
        return surname not in NEVER_TITLED and (not surname.endswith("屋") or surname in SURNAMES_IN_YA)
    if _INTRODUCED.match(after) or _LABELLED.search(before):
        return True
    if len(surname) < 2 or surname in EVERYDAY:
        return False
    if _STATES.match(after) and _BEGINS.search(before):
        return True
    return surname not in PLACES and _is_apart(before, after)


def _is_apart(before: str, after: str) -> bool:
    """Whether a surname between these is a signature, or is said of somebody."""
    if after.startswith("は") and _SELF.search(before):
        return True
    if _STATES.match(after) or _RELATED.match(after):
        return bool(_APART.search(before))
    if _CLOSES.match(after):
        return bool(_SIGNED.search(before))
    return after.startswith(("。", "、")) and bool(_ADDRESS_OR_NUMBER.search(before))


def _given_end(tokens: list[Token], i: int, text: str) -> int:
    """Where the given name after the surname ``tokens[i]`` ends; the surname's own end when there is none."""
    end = tokens[i][1]
    if i + 1 >= len(tokens):
        return end
    start, last, surface, part = tokens[i + 1]
    if text[end:start] not in {"", " ", "・"}:
        return end
    if part == GIVEN_NAME or (part == SURNAME and text[end:start] != "・" and surface not in EVERYDAY):
        return last
    after = text[last : last + _REACH]
    if start > end:
        return last if _ONLY_HERE.fullmatch(surface) and _NAME_ENDS.match(after) else end
    begins = _BEGINS.search(text[max(0, tokens[i][0] - _REACH) : tokens[i][0]])
    return last if begins and _ONLY_HERE_JOINED.fullmatch(surface) and _STATED.match(after) else end


def _tagged(text: str) -> Iterator[tuple[int, int, str]]:
    tokens = _tokens(text)
    # A Japanese dictionary sees names in Chinese: there only what stands on its own is one.
    alone = not _KANA_WRITTEN.search(text)
    taken = 0
    for i, (start, end, surface, part) in enumerate(tokens):
        if start < taken or part not in {SURNAME, GIVEN_NAME}:
            continue
        before = text[max(0, start - _REACH) : start]
        if part == GIVEN_NAME:
            if not alone and _is_given(surface, before, text[end : end + 6]):
                yield start, end, "person_name"
            continue
        taken = _given_end(tokens, i, text)
        after = text[taken : taken + _REACH]
        if alone and not (_STANDS_AFTER.search(before) and _STANDS_BEFORE.match(after)):
            continue
        if not is_public(text[start:taken], after) if taken > end else _is_surname(surface, before, after):
            yield start, taken, "person_name"


def _is_given(given: str, before: str, after: str) -> bool:
    """Whether a given name that stands alone is a person's: a relative's, a child's, or its bearer's own."""
    if _AFTER_RELATIVE.search(before):
        return bool(_GIVEN_GOES_ON.match(after))
    if _LABELLED.search(before):
        return bool(re.match(r"です|と|。|、|$|\n", after))
    if _INTRODUCED.match(after):
        return bool(re.search(r"(?:は|^|[\n。、])$", before))
    return len(given) > 1 and after.startswith(("くん", "ちゃん", "さん"))


def name_spans(text: str, *, named: bool = True) -> Iterator[tuple[int, int, str]]:
    """Cued names in a text of unified width; ``named``: whether its words may hold a surname or a given name."""
    called = bool(_CALLED.search(text))
    for n in _PHRASES.possible(text):
        if n >= len(_SURE) and not called:
            break
        for match in _CUED[n].finditer(text):
            group = "it" if match["it"] else "also"
            yield match.start(group), match.end(group), "person_name"
    # Sentences typed wholly in katakana are read as hiragana, where names are not seen.
    if named or not _HIRAGANA_OR_KANJI.search(text):
        yield from _tagged(text)
