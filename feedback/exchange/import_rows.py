"""One row of an imported table: what its cells say, or why it cannot be taken, in plain Japanese. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from feedback.exchange.import_columns import FIELD_NAMES, Field
from feedback.exchange.written_dates import parse_moment
from feedback.opinions.rules import (
    AGE_BANDS,
    CHANNEL_NAMES,
    KIND_NAMES,
    OUTCOME_NAMES,
    STATUS_NAMES,
    Channel,
    Kind,
    MatterStatus,
    Outcome,
)

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Known = TypeVar("Known")

LONGEST_TEXT = 50_000
_LONGEST_ID = 80
_LONGEST = {Field.DISTRICT: 64, Field.NAME: 100, Field.CONTACT: 254}
_NOTHING = frozenset({"", "-", "―", "なし", "無し", "不明", "無回答", "未記入", "回答なし", "n/a", "none"})


class RowProblem(Exception):
    """A row that cannot be taken; the message tells a clerk why."""


def plain(words: str) -> str:
    """Words in the form in which names are compared: NFKC, lower case, no spaces or middle dots."""
    return re.sub(r"[\s・／/]+", "", unicodedata.normalize("NFKC", words).casefold())


def _words(names: Mapping[Known, str], more: Mapping[str, Known]) -> dict[str, Known]:
    found: dict[str, Known] = {plain(str(value)): value for value in names}
    found |= {plain(name): value for value, name in names.items()}
    return found | {plain(word): value for words, value in more.items() for word in words.split()}


_CHANNELS = _words(
    CHANNEL_NAMES,
    {
        "LINE ライン": Channel.LINE,
        "Web ウェブ ホームページ HP 市HP インターネット 電子申請 フォーム 問い合わせフォーム": Channel.WEB,
        "メール Eメール e-mail mail 電子メール": Channel.EMAIL,
        "電話 TEL でんわ": Channel.PHONE,
        "手紙 はがき ハガキ 葉書 郵送 封書 投書 投書箱 意見箱 市長への手紙": Channel.LETTER,
        "FAX ファックス ファクス": Channel.FAX,
        "窓口 来庁 来課 対面 面談": Channel.COUNTER,
        "懇談会 タウンミーティング 市長懇談会 地区懇談会 説明会 集会 ふれあいトーク": Channel.MEETING,
        "モニター アンケート 市政モニター": Channel.MONITOR,
        "移送 議会 議員 他機関 他機関から移送": Channel.TRANSFER,
    },
)
_KINDS = _words(
    KIND_NAMES,
    {
        "要望 お願い 陳情": Kind.REQUEST,
        "苦情 クレーム 不満": Kind.COMPLAINT,
        "提案 提言": Kind.PROPOSAL,
        "問合せ 問い合わせ 問合 お問い合わせ お問合せ 質問 照会 相談": Kind.QUESTION,
        "感謝 お礼 礼状 御礼": Kind.THANKS,
        "通報 連絡 情報提供": Kind.REPORT,
        "その他 意見 ご意見": Kind.OTHER,
    },
)
_STATUSES = _words(
    STATUS_NAMES,
    {
        "未対応 未処理 未着手 受付済 受付済み": MatterStatus.RECEIVED,
        "振分済み 転送済": MatterStatus.ROUTED,
        "処理中 検討中": MatterStatus.IN_PROGRESS,
        "回答済み 回答": MatterStatus.ANSWERED,
        "対応済 対応済み 処理済 処理済み 完結 終了 対応完了 回答不要": MatterStatus.CLOSED,
        "移送済 移送済み": MatterStatus.TRANSFERRED,
        "取下げ 取下 取消": MatterStatus.WITHDRAWN,
    },
)
_OUTCOMES = _words(OUTCOME_NAMES, {"反映済み 反映": Outcome.REFLECTED, "対応済み 対応": Outcome.DONE})
_YES = frozenset(map(plain, ("1", "true", "要", "希望", "希望する", "有", "あり", "はい", "yes", "○", "〇")))
_NO = frozenset(map(plain, ("0", "false", "不要", "否", "希望しない", "無", "なし", "いいえ", "no", "×")))


@dataclass(frozen=True, slots=True)
class Names:
    """The city's areas and departments by name, short name, key and code (as `plain` gives them)."""

    areas: Mapping[str, str]
    departments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opinion as a row tells it. ``source_id`` identifies it within its channel."""

    row: int
    channel: Channel
    source_id: str
    text: str
    received_at: datetime
    kind: Kind | None = None
    area_key: str | None = None
    department_id: int | None = None
    status: MatterStatus | None = None
    outcome: Outcome | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    age_band: str | None = None
    district: str | None = None
    name: str | None = None
    contact: str | None = None
    wants_reply: bool = True


def candidate(
    row: int,
    cells: Sequence[Cell],
    *,
    columns: Mapping[Field, int],
    channel: Channel,
    names: Names,
    now: datetime,
) -> Candidate:
    """What a row says. RowProblem when it cannot be taken. ``channel`` is used where the row names none."""
    at = _Row(cells, columns)
    text = _text(at)
    received_at = _received(at, now)
    row_channel = at.one_of(Field.CHANNEL, _CHANNELS) or channel
    answered_at, closed_at = at.moment(Field.ANSWERED_AT), at.moment(Field.CLOSED_AT)
    for what, moment in (("回答日", answered_at), ("完了日", closed_at)):
        if moment is not None and moment.date() < received_at.date():
            raise RowProblem(f"{what}が受付日より前になっています。")
    return Candidate(
        row=row,
        channel=row_channel,
        source_id=_source_id(at, text, received_at),
        text=text,
        received_at=received_at,
        kind=at.one_of(Field.KIND, _KINDS),
        area_key=at.one_of(Field.AREA, names.areas),
        department_id=at.one_of(Field.DEPARTMENT, names.departments),
        status=at.one_of(Field.STATUS, _STATUSES),
        outcome=at.one_of(Field.OUTCOME, _OUTCOMES),
        answered_at=answered_at,
        closed_at=closed_at,
        age_band=_age_band(at.text(Field.AGE_BAND)),
        district=at.text(Field.DISTRICT),
        name=at.text(Field.NAME),
        contact=at.text(Field.CONTACT),
        wants_reply=plain(at.text(Field.WANTS_REPLY) or "") not in _NO,
    )


class _Row:
    """The cells of a row by field."""

    def __init__(self, cells: Sequence[Cell], columns: Mapping[Field, int]) -> None:
        self._cells = cells
        self._columns = columns

    def cell(self, wanted: Field) -> Cell:
        number = self._columns.get(wanted)
        return self._cells[number] if number is not None and number < len(self._cells) else None

    def text(self, wanted: Field) -> str | None:
        words = as_text(self.cell(wanted)).strip()
        if plain(words) in _NOTHING:
            return None
        longest = _LONGEST.get(wanted)
        if longest is not None and len(words) > longest:
            raise RowProblem(f"「{_label(wanted)}」が長すぎます（{longest}文字まで）。")
        return words

    def one_of(self, wanted: Field, known: Mapping[str, Known]) -> Known | None:
        words = self.text(wanted)
        if words is None:
            return None
        if (found := known.get(plain(words))) is None:
            raise RowProblem(
                f"{_label(wanted)}「{words[:40]}」が登録されていません。"
                f"書き直すか、この列を使わない指定をしてください。"
            )
        return found

    def moment(self, wanted: Field) -> datetime | None:
        cell = self.cell(wanted)
        if isinstance(cell, str) and plain(cell) in _NOTHING:
            return None
        try:
            return parse_moment(None if isinstance(cell, time | timedelta) else cell)
        except ValueError:
            raise RowProblem(
                f"{_label(wanted)}「{as_text(cell)[:30]}」が日付として読めません。"
                f"令和7年4月1日、R7.4.1、2025/4/1 のように書いてください。"
            ) from None


def as_text(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers without a decimal point, days without a time."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)


def _label(wanted: Field) -> str:
    return FIELD_NAMES[wanted].split("（")[0]


def _text(at: _Row) -> str:
    words = as_text(at.cell(Field.TEXT)).strip().replace("\r\n", "\n").replace("\0", "")
    title = at.text(Field.TITLE)
    if not words and not title:
        raise RowProblem("内容がありません。")
    if title and words and not words.startswith(title):
        words = f"件名：{title}\n{words}"
    words = words or title or ""
    if len(words) > LONGEST_TEXT:
        raise RowProblem(f"内容が長すぎます（{LONGEST_TEXT:,}文字まで）。")
    return words


def _received(at: _Row, now: datetime) -> datetime:
    received_at = at.moment(Field.RECEIVED_AT)
    if received_at is None:
        raise RowProblem("受付日がありません。")
    if received_at > now:
        raise RowProblem("受付日が未来の日付です。")
    if received_at.year < 1989:
        raise RowProblem("受付日が古すぎます。平成元年以降の日付を書いてください。")
    return received_at


def _source_id(at: _Row, text: str, received_at: datetime) -> str:
    given = at.text(Field.SOURCE_ID)
    if given is None:
        # Without a number of its own an opinion is known by its words, its day and its sender.
        told = (received_at.isoformat(), text, at.text(Field.NAME) or "", at.text(Field.CONTACT) or "")
        return "sha256:" + hashlib.sha256("\0".join(told).encode()).hexdigest()[:48]
    if len(given) > _LONGEST_ID:
        raise RowProblem(f"受付番号が長すぎます（{_LONGEST_ID}文字まで）。")
    matter = at.text(Field.MATTER_NUMBER)
    return f"{given}#{matter}" if matter not in {None, "1"} else given


def _age_band(words: str | None) -> str | None:
    if words is None:
        return None
    if words in AGE_BANDS:
        return words
    number = re.search(r"\d{1,3}", unicodedata.normalize("NFKC", words))
    if number is None:
        raise RowProblem(f"年代「{words[:20]}」が読めません。「40代」「45歳」のように書いてください。")
    return f"{min(max(int(number[0]) // 10 * 10, 10), 80)}s"


Reject = Callable[[int, Sequence[Cell], str], None]
"""Is told of each row that was not taken: its number, its cells, the reason."""
