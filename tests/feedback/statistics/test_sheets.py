from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedback.statistics.sheets import CODED, NOTHING, Codes, Facts, Field, Line, Sheet, write_sheet

FIRST = date(2026, 4, 1)
VALUES = st.sampled_from([None, "a", "b", "道路"])
# Many departments, so that characters beyond one byte come up.
LINES = st.builds(
    Line,
    submission_id=st.integers(1, 4),
    values=st.tuples(*[VALUES] * 2, st.integers(0, 400).map(str), *[VALUES] * 5),
    urgent=st.booleans(),
    answered=st.none() | st.integers(0, 400),
    due=st.none() | st.integers(-90, 400),
)
DAYS = st.lists(st.lists(LINES, max_size=8), min_size=1, max_size=4)


def facts_of(days: list[list[Line]], codes: Codes) -> tuple[Facts, list[tuple[date, Line]]]:
    sheets: list[tuple[date, Sheet]] = []
    told: list[tuple[date, Line]] = []
    for number, lines in enumerate(days):
        day = FIRST + timedelta(days=number)
        # A submission's matters are of one day.
        own = sorted((one._replace(submission_id=one.submission_id + 10 * number) for one in lines), key=by_submission)
        sheets.append((day, write_sheet(own, codes)))
        told.extend((day, one) for one in own)
    packed = [(day, Sheet.unpack(sheet.matters, sheet.pack())) for day, sheet in sheets]
    assert packed == sheets
    return Facts.of(packed), told


def by_submission(line: Line) -> int:
    return line.submission_id


@given(DAYS, VALUES, st.integers(0, 3), st.integers(0, 3))
def test_facts_count_what_lines_say(days: list[list[Line]], kind: str | None, first: int, last: int) -> None:
    codes = Codes([("area", "old", 900)])
    facts, told = facts_of(days, codes)
    assert (facts.matters, facts.submissions) == (len(told), len({one.submission_id for _, one in told}))

    from_, to = FIRST + timedelta(days=first), FIRST + timedelta(days=last)
    wanted = {Field.KIND: {codes.character(Field.KIND, kind)}, Field.URGENT: {NOTHING}}
    found = facts.between(from_, to).only(wanted)
    place = CODED.index(Field.KIND)
    left = [one for day, one in told if from_ <= day <= to and one.values[place] == kind and not one.urgent]

    assert (found.matters, found.submissions) == (len(left), len({one.submission_id for one in left}))
    assert sum(size for _, size in found.days) == found.matters
    names = codes.values(Field.DEPARTMENT)
    department = CODED.index(Field.DEPARTMENT)
    counted = {names[character]: count for character, count in found.count(Field.DEPARTMENT).items()}
    assert counted == Counter(one.values[department] for one in left)
    areas = codes.values(Field.AREA)
    crossed = {(names[d], areas[a]): n for (d, a), n in found.cross(Field.DEPARTMENT, Field.AREA).items()}
    assert crossed == Counter((one.values[department], one.values[0]) for one in left)


def test_codes_stay_and_new_ones_follow() -> None:
    codes = Codes([("area", "roads", 7), ("kind", "request", 3)])
    assert codes.character(Field.AREA, "roads") == chr(7)
    assert codes.character(Field.AREA, "parks") == chr(8)
    assert codes.character(Field.AREA, None) == NOTHING
    assert codes.added == [(Field.AREA, "parks", 8)]
    assert codes.values(Field.AREA) == {NOTHING: None, chr(7): "roads", chr(8): "parks"}
