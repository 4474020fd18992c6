from hypothesis import given
from hypothesis import strategies as st

from feedback.statistics.suppressing import SMALLEST_SHOWN, hidden

TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=5)
)


def with_sums(table: list[list[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(row[place] for row in rows) for place in range(len(rows[0]))]]


@given(TABLES)
def test_no_small_cell_is_shown_and_none_can_be_reckoned_back(table: list[list[int]]) -> None:
    whole = with_sums(table)
    gone = hidden(whole)
    for row, cells in enumerate(whole):
        for column, count in enumerate(cells):
            assert not 0 < count < SMALLEST_SHOWN or (row, column) in gone
            assert count > 0 or (row, column) not in gone
    for row, cells in enumerate(whole):
        assert sum((row, column) in gone for column in range(len(cells))) != 1
    for column in range(len(whole[0])):
        assert sum((row, column) in gone for row in range(len(whole))) != 1


def test_a_table_without_small_cells_is_shown_whole() -> None:
    assert hidden(with_sums([[5, 0], [10, 7]])) == set()


def test_the_least_is_hidden() -> None:
    assert hidden(with_sums([[3, 20, 9], [30, 40, 8]])) == {(0, 0), (0, 2), (1, 0), (1, 2)}
