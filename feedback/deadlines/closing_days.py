"""Pure: reads a pasted list of the city's own days, line by line, and says of each line why it cannot be used."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from feedback.clock import tokyo_date
from feedback.exchange.written_dates import parse_moment
from feedback.rejects import Reject

LONGEST_NAME = 64
MOST_LINES = 1000
_SEPARATOR = re.compile(r"[,、，\t]|\s{1,}")
_DATE = re.compile(
    r"(?:[^\d\s,]{1,2}\s*)?(?:元|\d{1,4})\s*[年./・-]\s*\d{1,2}\s*[月./・-]\s*\d{1,2}\s*日?(?:\s*\([月火水木金土日]曜?日?\))?|\d{8}"
)
_OPEN_WORDS = ("開庁", "開く", "営業", "open")
_CLOSED_WORDS = ("閉庁", "休み", "休庁", "休業", "closed")


@dataclass(frozen=True, slots=True)
class NewDay:
    """A day of the city's own."""

    day: date
    is_open: bool
    name: str


@dataclass(frozen=True, slots=True)
class DayList:
    """What came of a pasted list."""

    days: tuple[NewDay, ...]
    rejects: tuple[Reject, ...]


def read_days(text: str) -> DayList:
    """Read lines such as 「2026/12/28 閉庁 システム更新」. Empty lines do not count.

    A day is a closing day unless the line says 「開庁」.
    """
    days: dict[date, NewDay] = {}
    rejects = []
    for number, line in _lines(text):
        if number > MOST_LINES:
            rejects.append(Reject(number, line[:100], f"一度に読み込めるのは{MOST_LINES:,}行までです。"))
            break
        try:
            found = _read(line)
            if found.day in days:
                raise ValueError("同じ日付が、前の行にもあります。")
        except ValueError as error:
            rejects.append(Reject(number, line[:100], str(error)))
        else:
            days[found.day] = found
    return DayList(tuple(days[day] for day in sorted(days)), tuple(rejects))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        folded = unicodedata.normalize("NFKC", line).strip()
        if folded:
            yield number, folded


def _read(line: str) -> NewDay:
    match = _DATE.match(line)
    if match is None:
        raise ValueError("行の初めに日付がありません（例: 2026/12/28）。")
    day = _day(match[0])
    words = [word for word in _SEPARATOR.split(line[match.end() :]) if word]
    is_open = False
    if words and words[0].casefold() in (*_OPEN_WORDS, *_CLOSED_WORDS):
        is_open = words.pop(0).casefold() in _OPEN_WORDS
    name = " ".join(words)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"名前は{LONGEST_NAME}文字までにしてください。")
    return NewDay(day, is_open, name)


def _day(written: str) -> date:
    try:
        moment = parse_moment(written)
    except ValueError:
        moment = None
    if moment is None or not 2000 <= tokyo_date(moment).year <= 2099:
        raise ValueError("この日付はありません。年（西暦または和暦）・月・日を確かめてください。")
    return tokyo_date(moment)
