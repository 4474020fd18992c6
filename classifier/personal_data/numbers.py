"""Personal data that is made of digits and letters: patterns over text of unified width."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from classifier.personal_data.checks import is_credit_card, is_my_number

_H = r"[-‐‑‒–—―−ー]"
_GAP = rf"[ ]?{_H}?[ ]?"
_NOT_DIGIT = r"(?<![\d])(?<!\d[-‐‑‒–—―−ー.,])"
_END = r"(?!\d)(?!-\d)"
# Free and paid services, and the short numbers of the state: nobody's own.
_SERVICE = re.compile(r"^0(?:120|570|800|990|170|180)")
_DATE = (
    r"(?:(?:19|20)\d\d|(?:明治|大正|昭和|平成|令和|[MTSHR])[ .]?(?:\d{1,2}|元))"
    r"[ ]?(?:年|[./・-])[ ]?(?:1[0-2]|0?[1-9])[ ]?(?:月|[./・-])[ ]?(?:3[01]|[12]\d|0?[1-9])(?!\d)(?:日)?"
)
_PLACES = (
    "札幌|函館|旭川|室蘭|釧路|帯広|北見|苫小牧|知床|青森|弘前|八戸|盛岡|岩手|平泉|宮城|仙台|秋田|山形|庄内|福島|会津|郡山|白河|"
    "いわき|水戸|土浦|つくば|宇都宮|那須|とちぎ|群馬|前橋|高崎|大宮|川口|所沢|川越|熊谷|春日部|越谷|千葉|成田|習志野|市川|船橋|"
    "袖ヶ浦|市原|野田|柏|松戸|品川|世田谷|練馬|杉並|板橋|足立|江東|葛飾|江戸川|八王子|多摩|横浜|川崎|湘南|相模|山梨|富士山|"
    "新潟|長岡|上越|富山|石川|金沢|福井|長野|松本|諏訪|安曇野|岐阜|飛騨|静岡|浜松|沼津|伊豆|名古屋|豊橋|三河|岡崎|豊田|尾張小牧|"
    "一宮|春日井|三重|鈴鹿|四日市|伊勢志摩|滋賀|京都|大阪|なにわ|和泉|堺|神戸|姫路|奈良|飛鳥|和歌山|鳥取|島根|出雲|岡山|倉敷|"
    "広島|福山|山口|下関|徳島|香川|高松|愛媛|高知|福岡|北九州|久留米|筑豊|佐賀|長崎|佐世保|熊本|大分|宮崎|鹿児島|奄美|沖縄"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A type of personal data, how it is written, and what else must be true of its digits."""

    type: str
    expression: re.Pattern[str]
    holds: Callable[[str], bool] = lambda _digits: True

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Places in a text of unified width; a group named ``it`` narrows the match."""
        for match in self.expression.finditer(text):
            group = "it" if "it" in self.expression.groupindex else 0
            digits = re.sub(r"\D", "", match[group])
            if self.holds(digits):
                yield match.start(group), match.end(group), self.type


def _is_phone(digits: str) -> bool:
    national = "0" + digits[2:].lstrip("0") if digits.startswith("81") else digits
    length = 11 if national.startswith("050") else 10
    return len(national) == length and not _SERVICE.match(national)


def _is_mobile(digits: str) -> bool:
    return len(digits) == (13 if digits.startswith("810") else 12 if digits.startswith("81") else 11)


def _compile(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


# In order of preference where two would claim the same characters.
PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "email",
        _compile(
            r"[A-Z0-9][A-Z0-9._%+-]*[ ]?(?:@|\[at\]|\(at\)|アットマーク)[ ]?[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.[A-Z]{2,}"
        ),
    ),
    Pattern("line_id", re.compile(r"(?<![A-Za-z0-9])U[0-9a-f]{32}(?![0-9a-f])")),
    Pattern(
        "line_id",
        _compile(
            r"(?:LINE|ライン)[ ]?の?(?:ID|アイディー|アイディ|あいでぃー)[ ]?(?:は|が|:|=|→|、|「)?[ ]?"
            r"(?P<it>@?[A-Z0-9][A-Z0-9._-]{2,19})(?![A-Z0-9])"
        ),
    ),
    Pattern(
        "credit_card",
        re.compile(
            rf"{_NOT_DIGIT}(?:\d{{4}}{_GAP}){{3}}\d{{2,4}}{_END}|{_NOT_DIGIT}3[47]\d\d{_GAP}\d{{6}}{_GAP}\d{{5}}{_END}"
        ),
        is_credit_card,
    ),
    Pattern("my_number", re.compile(rf"{_NOT_DIGIT}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_END}"), is_my_number),
    Pattern(
        "mobile",
        re.compile(
            rf"(?:(?<![\d+])\+?81{_GAP}\(?0?\)?|{_NOT_DIGIT}\(?0)[789]0\)?{_GAP}\(?\d{{4}}\)?{_GAP}\d{{4}}{_END}"
        ),
        _is_mobile,
    ),
    Pattern(
        "phone",
        re.compile(
            rf"(?:(?<![\d+])\+81{_GAP}\(?0?\)?\d{{1,4}}|{_NOT_DIGIT}\(0\d{{1,4}}\)|{_NOT_DIGIT}0\d{{1,4}})"
            rf"(?:[ ]?{_H}[ ]?|[ ]|[ ]?\(|\)[ ]?|(?<=\)))\d{{1,4}}(?:[ ]?{_H}[ ]?|[ ]|\)[ ]?)\d{{3,4}}{_END}"
        ),
        _is_phone,
    ),
    Pattern("phone", re.compile(rf"(?<![\d+.-])0[1-9]\d{{8}}{_END}|(?<![\d+.-])050\d{{8}}{_END}"), _is_phone),
    Pattern(
        "phone",
        _compile(
            rf"(?:電話|TEL|Tel|℡|☎|📞|自宅|内線)(?:番号)?[ ]?(?:は|:|が|/)?[ ]?"
            rf"(?P<it>\d{{2,4}}[ ]?{_H}[ ]?\d{{4}}){_END}"
        ),
    ),
    Pattern(
        "birth_date",
        re.compile(rf"(?:生年月日|誕生日|生れ|生まれ)[^\d明大昭平令MTSHR]{{0,6}}(?P<it>{_DATE})"),
    ),
    Pattern(
        "birth_date",
        re.compile(rf"(?P<it>{_DATE})[ ]?(?:\([^)]{{1,8}}\))?[ ]?(?:生(?:ま)?れ|生(?![活産徒])|が(?:私の)?誕生日)"),
    ),
    Pattern(
        "licence_plate",
        re.compile(
            rf"(?:{_PLACES})[ ]?\d{{2,3}}[ ]?[A-Z]?\d?[ ]?[あ-んABEHKMTYをれろわ][ ]?"
            rf"(?:\d\d[ ]?{_H}?[ ]?\d\d|[・.]{{1,3}}[ ]?\d{{1,3}}|\d{{1,4}})(?!\d)"
        ),
    ),
    Pattern(
        "licence_plate",
        re.compile(
            rf"[一-龥]{{2,4}}[ ]?\d{{3}}[ ]?[あ-んABEHKMTY][ ]?(?:\d\d[ ]?{_H}[ ]?\d\d|[・]{{1,3}}[ ]?\d{{1,3}})(?!\d)"
        ),
    ),
    Pattern(
        "bank_account",
        re.compile(
            r"(?:口座番号|口座|普通預金|普通|当座預金|当座|貯蓄)(?:番号)?"
            r"[ ]?(?:\((?:普通|普|当座)\))?\)?[ ]?(?:は|:|が|No\.?|№|、|の)?[ ]?"
            r"(?P<it>\d{7}|\d{3}[ -]\d{4})(?!\d)(?!円|-\d)"
        ),
    ),
    Pattern(
        "bank_account",
        re.compile(rf"記号[ ]?[:は]?[ ]?(?P<it>1\d{{4}}{_GAP}(?:[、,]?[ ]?(?:の|番号[ ]?[:は]?)?[ ]?)\d{{6,8}})(?!\d)"),
    ),
    Pattern("postal_code", re.compile(rf"〒[ ]?\d{{3}}{_GAP}\d{{4}}(?!\d)")),
    Pattern("postal_code", re.compile(rf"郵便番号[ ]?(?:は|:)?[ ]?(?P<it>\d{{3}}{_GAP}\d{{4}})(?!\d)")),
    Pattern(
        "postal_code",
        re.compile(rf"{_NOT_DIGIT}(?<![-A-Za-z])\d{{3}}{_H}\d{{4}}(?!\d)(?!{_H}\d)(?![円万人件])"),
    ),
)
