"""Dates as people and spreadsheets write them: 令和7年4月1日, R7.4.1, 2025/4/1, ISO, serial numbers of Excel. Pure."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from feedback.clock import TOKYO

_ERA_STARTS = {
    "令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868,
    "R": 2019, "H": 1989, "S": 1926, "T": 1912, "M": 1868,
}  # fmt: skip
_SEPARATOR = r"\s*[年./・-]\s*"
_ERA = re.compile(
    rf"(令和|平成|昭和|大正|明治|[RHSTM])\s*(元|\d{{1,2}}){_SEPARATOR}(\d{{1,2}})\s*[月./・-]\s*(\d{{1,2}})\s*日?",
    re.IGNORECASE,
)
_WESTERN = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}})\s*[月./-]\s*(\d{{1,2}})\s*日?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_WEEKDAY = re.compile(r"\s*\((?:月|火|水|木|金|土|日)(?:曜日?)?\)|(?:月|火|水|木|金|土|日)曜日?")
_TIME = re.compile(
    r"(午前|午後|AM|PM)?\s*(\d{1,2})\s*[:時]\s*(\d{1,2})?\s*分?(?:\s*:?\s*(\d{2})(?:\.\d+)?秒?)?", re.IGNORECASE
)
_SERIAL = re.compile(r"\d{4,6}(?:\.\d+)?")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (serial numbers have no zone)
_SERIALS = range(10_000, 110_000)


def parse_moment(written: str | float | date | datetime | None) -> datetime | None:
    """The moment somebody wrote, aware, in UTC; a day alone means its first moment in Japan. None for an empty cell.

    ValueError when it is no date that exists.
    """
    if written is None:
        return None
    if isinstance(written, datetime):
        return _aware(written)
    if isinstance(written, date):
        return _aware(datetime.combine(written, time()))
    if isinstance(written, int | float):
        return _aware(_from_serial(float(written)))
    text = unicodedata.normalize("NFKC", written).strip()
    return _aware(_from_text(text)) if text else None


def _aware(at: datetime) -> datetime:
    return (at.replace(tzinfo=TOKYO) if at.tzinfo is None else at).astimezone(UTC)


def _from_text(text: str) -> datetime:
    if _SERIAL.fullmatch(text) and int(float(text)) in _SERIALS:
        return _from_serial(float(text))
    if re.match(r"\d{4}-\d{2}-\d{2}T", text):
        return datetime.fromisoformat(text)
    for pattern in (_ERA, _WESTERN, _COMPACT):
        match = pattern.match(text)
        if match:
            day = _day(*match.groups())
            return datetime.combine(day, _time(text[match.end() :]))
    raise ValueError("日付として読めません")


def _day(*groups: str) -> date:
    year = groups[-3]
    if len(groups) == 4:
        first = _ERA_STARTS[groups[0].upper()]
        return date(first - 1 + (1 if year == "元" else int(year)), int(groups[2]), int(groups[3]))
    return date(int(year), int(groups[1]), int(groups[2]))


def _time(rest: str) -> time:
    rest = _WEEKDAY.sub("", rest).strip()
    if not rest:
        return time()
    match = _TIME.fullmatch(rest)
    if match is None:
        raise ValueError("時刻として読めません")
    half, hour, minute, second = match.groups()
    late = half is not None and half.upper() in {"午後", "PM"} and int(hour) < 12
    return time(int(hour) + (12 if late else 0), int(minute or 0), int(second or 0))


def _from_serial(number: float) -> datetime:
    if int(number) not in _SERIALS:
        raise ValueError("日付として読めません")
    return _SERIAL_ZERO + timedelta(seconds=round(number * 86_400))
