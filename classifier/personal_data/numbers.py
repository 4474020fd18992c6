"""Personal data that is made of digits and letters: patterns over text of unified width."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from classifier.personal_data.checks import is_credit_card, is_my_number

_H = r"[-‐‑‒–—―−ー]"
_GAP = rf"[ ]?{_H}?[ ]?"
_BREAK = rf"[ ]?(?:{_H}|[./\n])?[ ]?"
_NOT_DIGIT = r"(?<![\d])(?<!\d[-‐‑‒–—―−ー.,])"
_END = r"(?!\d)(?!-\d)"
# Free and paid services, and the short numbers of the state: nobody's own.
_SERVICE = re.compile(r"^0(?:120|570|800|990|170|180)")
_UP_TO_31 = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_YEAR = (
    r"(?:(?:19|20)\d\d|(?:明治|大正|昭和|平成|令和|[MTSHR])[ .]?"
    r"(?:\d{1,2}|元|[一二三四五六]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
)
_DATE = (
    rf"(?:{_YEAR}[ ]?(?:年|[./・-])[ ]?{_UP_TO_31}[ ]?(?:月|[./・-])[ ]?{_UP_TO_31}(?!\d)(?:日)?"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))"
)
_PLACES = (
    "札幌|函館|旭川|室蘭|釧路|帯広|北見|苫小牧|知床|青森|弘前|八戸|盛岡|岩手|平泉|宮城|仙台|秋田|山形|庄内|福島|会津|郡山|白河|"
    "いわき|水戸|土浦|つくば|宇都宮|那須|とちぎ|群馬|前橋|高崎|大宮|川口|所沢|川越|熊谷|春日部|越谷|千葉|成田|習志野|市川|船橋|"
    "袖ヶ浦|市原|野田|柏|松戸|品川|世田谷|練馬|杉並|板橋|足立|江東|葛飾|江戸川|八王子|多摩|横浜|川崎|湘南|相模|山梨|富士山|"
    "新潟|長岡|上越|富山|石川|金沢|福井|長野|松本|諏訪|安曇野|岐阜|飛騨|静岡|浜松|沼津|伊豆|名古屋|豊橋|三河|岡崎|豊田|尾張小牧|"
    "一宮|春日井|三重|鈴鹿|四日市|伊勢志摩|滋賀|京都|大阪|なにわ|和泉|堺|神戸|姫路|奈良|飛鳥|和歌山|鳥取|島根|出雲|岡山|倉敷|"
    "広島|福山|山口|下関|徳島|香川|高松|愛媛|高知|福岡|北九州|久留米|筑豊|佐賀|長崎|佐世保|熊本|大分|宮崎|鹿児島|奄美|沖縄"
)

_PLATE_KANA = r"[あ-んABEHKMTY]"
_PLATE_PAIR = rf"(?:\d{{1,2}}[ ]?{_H}[ ]?\d\d|[・.]{{1,3}}[ ]?\d?[ ]?{_H}?[ ]?\d{{1,2}})"
_PLATE_NUMBER = rf"(?:{_PLATE_PAIR}|\d{{1,4}})"
# An office's own number, place or mailbox is printed everywhere: it stands right behind the office's name.
_OFFICE = re.compile(
    r"(?:保健所|役所|役場|支所|出張所|県庁|都庁|府庁|警察署|消防署|交番|事務所|センター|図書館|公民館|児童館|体育館|博物館|病院|[一-龥]課"
    r"|窓口|代表(?:番号|電話)?|直通(?:番号|電話)?)"
    r"[ ]?[(:の]?[ ]?(?:(?:代表|直通)?(?:電話(?:番号)?|番号|TEL|Tel|℡|☎|住所|所在地)[ ]?(?:は|:|、)?[ ]?)?"
    r"(?:〒[ ]?\d{3}-?\d{4}[ ]?)?[(]?$"
)
_OFFICIAL_MAILBOX = re.compile(r"@(?:[a-z0-9-]+\.)*(?:city|town|vill|pref|metro)\.|\.(?:lg|go)\.jp$", re.IGNORECASE)
_OFFICE_REACH = 40


def is_offices(text: str, start: int, end: int) -> bool:
    """Whether a telephone number, an address or a mailbox is a public office's by what stands before it."""
    return bool(
        _OFFICE.search(text[max(0, start - _OFFICE_REACH) : start]) or _OFFICIAL_MAILBOX.search(text[start:end])
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A type of personal data, how it is written, and what else must be true of its digits."""

    type: str
    expression: re.Pattern[str]
    holds: Callable[[str], bool] = lambda _digits: True
    within: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Places in a text of unified width; a group named ``it`` narrows the match.

        ``within``: what the text must say somewhere for the pattern to mean anything.
        """
        if self.within and not self.within.search(text):
            return
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


_LINE = r"(?:LINE|ライン|らいん)"
_ID = r"(?:ID|アイディー|アイディ|あいでぃー|あいでぃ)"
_HANDLE = r"[A-Z][A-Z0-9._-]{2,18}[A-Z0-9]"
_LINE_SAID = _compile(_LINE)
_MONEY_MOVES = re.compile(r"口座|振込|振り込|還付|引き落と|引落|ゆうちょ|貯金|預金|記号|通帳|銀行|信金|農協")

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
            rf"{_LINE}[ ]?の?[ ]?{_ID}[ ]?(?:は|が|:|=|→|、)?[ ]?[「【『\[(]?[ ]?(?:前の)?"
            rf"(?P<it>@?{_HANDLE})(?![A-Z0-9])"
        ),
    ),
    Pattern("line_id", _compile(rf"(?<![A-Z0-9._%+-])(?P<it>@{_HANDLE})(?![A-Z0-9@])"), within=_LINE_SAID),
    Pattern("line_id", _compile(rf"(?:{_ID})[^\n。A-Z0-9@]{{0,6}}(?P<it>{_HANDLE})(?![A-Z0-9@])"), within=_LINE_SAID),
    Pattern("line_id", _compile(rf"{_LINE}[ ]?(?:は|が|:|→|、)[ ]?(?P<it>(?=[A-Z._-]*[\d_.]){_HANDLE})(?![A-Z0-9@])")),
    Pattern(
        "line_id",
        _compile(rf"(?<![A-Z0-9._%@+-])(?P<it>(?=[A-Z._-]*[\d_]){_HANDLE})(?=[^\n。A-Z0-9@]{{0,10}}(?:{_LINE}|に変))"),
        within=_LINE_SAID,
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
            rf"(?:(?<![\d+])\+?81{_GAP}\(?0?\)?|{_NOT_DIGIT}\(?0)[789]0\)?{_BREAK}\(?\d{{4}}\)?{_BREAK}\d{{4}}{_END}"
        ),
        _is_mobile,
    ),
    Pattern(
        "phone",
        re.compile(
            rf"(?:(?<![\d+])\+81{_GAP}\(?0?\)?\d{{1,4}}|{_NOT_DIGIT}\(0\d{{1,4}}\)|{_NOT_DIGIT}0\d{{1,4}})"
            rf"(?:[ ]?(?:{_H}|[./])[ ]?|[ \n]|[ ]?\(|\)[ ]?|(?<=\)))\d{{1,4}}"
            rf"(?:[ ]?(?:{_H}|[./])[ ]?|[ \n]|\)[ ]?)\d{{3,4}}{_END}"
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
        re.compile(
            rf"(?:生年月日|誕生日|生れ|生まれ|うまれ|DOB|(?i:date of birth|birthday))"
            rf"[^\d明大昭平令MTSHR]{{0,6}}(?P<it>{_DATE})"
        ),
    ),
    Pattern(
        "birth_date",
        re.compile(
            rf"(?P<it>{_DATE})[ ]?(?:\([^)]{{1,8}}\))?[ ]?"
            r"(?:生(?:ま)?れ|うまれ|産まれ|生(?![活産徒])|が(?:私の)?誕生日)"
        ),
    ),
    Pattern(
        "licence_plate",
        re.compile(
            rf"(?:(?<!\d)1)?(?:{_PLACES})[ ]?(?:の[ ]?)?(?:\d{{2,3}}[ ]?[A-Z]?\d?[ ]?)?(?:の[ ]?)?"
            rf"(?:{_PLATE_KANA}[ ]?(?:の[ ]?)?{_PLATE_NUMBER}|(?<=の){_PLATE_PAIR})(?!\d)"
        ),
    ),
    Pattern(
        "licence_plate",
        re.compile(rf"[一-龥]{{2,4}}[ ]?(?:\d{{3}}[ ]?|(?<=[市町村区])[ ]?){_PLATE_KANA}[ ]?{_PLATE_PAIR}(?!\d)"),
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
    Pattern("bank_account", re.compile(rf"(?<![\d-])1\d{{4}}[ ]?{_H}[ ]?\d{{6,8}}(?![\d-])"), within=_MONEY_MOVES),
    Pattern(
        "bank_account",
        re.compile(
            r"(?<![\dA-Za-z.,-])(?<!受付番号)(?<!整理番号)(?<!納付番号)(?<!お客様番号)"
            r"(?P<it>\d{7})(?![\d,-]|[ ]?(?:円|万|人|件|番目))"
        ),
        within=_MONEY_MOVES,
    ),
    Pattern(
        "postal_code", re.compile(r"(?<![\d-])\d{7}(?=[、, \n]{0,2}(?:北海道|東京都|(?:京都|大阪)府|[一-龥]{2,3}県))")
    ),
    Pattern("postal_code", re.compile(rf"[〒〠][ ]?\d{{3}}{_GAP}\d{{4}}(?!\d)")),
    Pattern("postal_code", re.compile(rf"郵便番号[ ]?(?:は|:)?[ ]?(?P<it>\d{{3}}{_GAP}\d{{4}})(?!\d)")),
    Pattern(
        "postal_code",
        re.compile(rf"{_NOT_DIGIT}(?<![-A-Za-z])\d{{3}}{_H}\d{{4}}(?!\d)(?!{_H}\d)(?![円万人件])"),
    ),
)
