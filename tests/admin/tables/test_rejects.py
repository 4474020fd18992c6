from pathlib import Path

from admin.tables.reading import open_table
from admin.tables.rejects import REASON, ROW, RejectsFile


def test_rejected_rows_are_kept_with_their_reason_and_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"

    with RejectsFile(path, ["番号", "受付日", "内容"]) as rejects:
        rejects.add(3, ["1", "春", "=穴"], "受付日が読めません。")
        rejects.add(5, ["2", None], "内容がありません。")

    assert rejects.count == 2
    table = open_table(path)
    assert table.headings == ("番号", "受付日", "内容", ROW, REASON)
    assert [cells for _, cells in table.rows()] == [
        ["1", "春", "=穴", "3", "受付日が読めません。"],
        ["2", "", "", "5", "内容がありません。"],
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_rejected_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of an earlier run")

    with RejectsFile(path, ["番号"]):
        pass

    assert not path.exists()
