"""Tables of results as cities print them: 単純集計, クロス集計, 「計」, means, and how figures are written. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from feedback.surveys.counting import Place
from feedback.surveys.definition import Choice, Question, QuestionType
from feedback.surveys.marks import ANSWERED, PASSED, counts_itself, values_of
from feedback.surveys.tallies import Tally

SMALL_BASE: Final = 30
"""Fewer than this is marked as a reference value (参考値)."""
SMALL_CELLS: Final = range(1, 5)
"""Counts that are not shown outside the office."""
HIDDEN: Final = "x"
NOBODY: Final = "-"
UNKNOWN: Final = "不明"
NOT_ANSWERED: Final = "無回答"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a choice, 無回答, or a sum of choices (``is_sum``). ``count`` is a fraction when it is weighted."""

    key: str
    text: str
    count: float
    share: float
    is_sum: bool = False
    mean_rank: float | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """A question's figures within a segment. ``n``: who was asked; ``answered``: of these, who answered.

    Shares are of ``n``, 無回答 included, as municipal reports print them. ``rows`` of a matrix have their own figures.
    """

    n: float
    answered: float
    lines: tuple[Line, ...]
    mean: float | None = None
    nps: float | None = None
    rows: Mapping[str, "Base"] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Whether it is only a reference value."""
        return self.n < SMALL_BASE

    def line(self, key: str) -> Line | None:
        """The row of a choice."""
        return next((one for one in self.lines if one.key == key), None)


_NOBODY: Final = Tally()


def table_of(question: Question, tally: Tally | None) -> Base:
    """A question's figures of what was marked."""
    tally = tally or _NOBODY
    own = {place[1:]: count for place, count in tally.counts.items() if place[0] == question.key}
    passed = own.get(("", PASSED), 0.0)
    if question.type is QuestionType.MATRIX:
        return _matrix(question, own, passed)
    answered = _answered(question, own)
    counts = {one.key: own.get(("", one.key), 0.0) for one in _offered(question, own)}
    mean, nps = _graded(question, counts)
    if question.type is QuestionType.NUMBER and answered:
        mean = tally.sums.get((question.key, "", ANSWERED), 0.0) / answered
    lines = _lines(question, counts, passed, answered + passed, _ranks(question, tally, counts))
    return Base(answered + passed, answered, lines, mean, nps)


def _answered(question: Question, own: Mapping[tuple[str, str], float]) -> float:
    if counts_itself(question):
        return sum(count for (row, choice), count in own.items() if not row and choice not in {ANSWERED, PASSED})
    return own.get(("", ANSWERED), 0.0)


def _offered(question: Question, own: Mapping[tuple[str, str], float]) -> list[Choice]:
    """The choices, and those that only an older version offered."""
    known = {one.key for one in question.choices}
    old = sorted({choice for row, choice in own if not row and choice not in {ANSWERED, PASSED}} - known)
    return [*question.choices, *(Choice(one, f"（前の版の選択肢 {one}）") for one in old)]


def _ranks(question: Question, tally: Tally, counts: Mapping[str, float]) -> dict[str, float]:
    if question.type is not QuestionType.RANKING:
        return {}
    places: dict[str, Place] = {key: (question.key, "", key) for key in counts}
    return {key: tally.sums.get(places[key], 0.0) / count for key, count in counts.items() if count}


def _lines(
    question: Question, counts: Mapping[str, float], passed: float, n: float, ranks: Mapping[str, float]
) -> tuple[Line, ...]:
    def share(count: float) -> float:
        return count / n if n else 0.0

    texts = {one.key: one.text for one in question.choices}
    found = [
        Line(key, texts.get(key, f"（前の版の選択肢 {key}）"), count, share(count), mean_rank=ranks.get(key))
        for key, count in counts.items()
    ]
    if question.type in {QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.NUMBER} or not counts:
        found.append(Line(ANSWERED, "記入あり", n - passed, share(n - passed)))
    found.append(Line(PASSED, NOT_ANSWERED, passed, share(passed)))
    if question.positive and question.type is not QuestionType.MULTIPLE:
        total = sum(counts.get(key, 0.0) for key in question.positive)
        words = "＋".join(texts[key] for key in question.positive if key in texts)
        found.append(Line("+", f"計（{words}）", total, share(total), is_sum=True))
    return tuple(found)


def _graded(question: Question, counts: Mapping[str, float]) -> tuple[float | None, float | None]:
    if question.type not in {QuestionType.SCALE, QuestionType.NPS}:
        return None, None
    values = values_of(question)
    n = sum(counts.get(key, 0.0) for key in values)
    if not n:
        return None, None
    mean = sum(value * counts.get(key, 0.0) for key, value in values.items()) / n
    if question.type is QuestionType.SCALE:
        return mean, None
    liked = sum(counts.get(key, 0.0) for key, value in values.items() if value >= 9)
    not_liked = sum(counts.get(key, 0.0) for key, value in values.items() if value <= 6)
    return mean, (liked - not_liked) / n * 100


def _matrix(question: Question, own: Mapping[tuple[str, str], float], passed: float) -> Base:
    answered = own.get(("", ANSWERED), 0.0)
    n = answered + passed
    rows = {}
    for row in question.rows:
        counts = {one.key: own.get((row.key, one.key), 0.0) for one in question.choices}
        said = sum(counts.values())
        rows[row.key] = Base(n, said, _lines(question, counts, n - said, n, {}))
    return Base(n, answered, (), rows=rows)


def share_words(count: float, n: float) -> str:
    """A share of a hundred with one decimal: 0.0 is little, - is nobody."""
    return NOBODY if not count or not n else f"{count / n * 100:.1f}"


def count_words(count: float) -> str:
    """A count with thousands; weighted ones are rounded."""
    return f"{round(count):,}"


def n_words(n: float) -> str:
    """n=1,234; small ones are marked."""
    return f"n={count_words(n)}" + ("（参考値）" if n < SMALL_BASE else "")


def hidden_cells(counts: Sequence[Sequence[float]]) -> list[list[bool]]:
    """Which cells of a table with printed totals are not shown outside the office: 1–4, and what would give them away.

    A lone hidden cell of a row or column could be reckoned from the total, so the smallest of the others goes too.
    """
    hidden = [[round(one) in SMALL_CELLS for one in row] for row in counts]
    lines = [[(y, x) for x in range(len(row))] for y, row in enumerate(counts)]
    lines += [[(y, x) for y in range(len(counts))] for x in range(len(counts[0]) if counts else 0)]
    changed = True
    while changed:
        changed = False
        for line in lines:
            if sum(hidden[y][x] for y, x in line) != 1:
                continue
            others = [(counts[y][x], y, x) for y, x in line if not hidden[y][x] and counts[y][x] > 0]
            if others:
                _, y, x = min(others)
                hidden[y][x] = changed = True
    return hidden
