from feedback.exchange.export_columns import COLUMNS, headings


def test_headings() -> None:
    assert headings("en")[0] == "receipt_number"
    assert headings("ja")[0] == "受付番号"
    assert len(set(headings("ja"))) == len(COLUMNS)
    assert headings("ja", ["text", "area"]) == ["内容", "分野コード"]


def test_every_column_is_explained() -> None:
    assert all(column.meaning.endswith("。") for column in COLUMNS.values())
    assert "line＝LINE" in COLUMNS["channel"].values
