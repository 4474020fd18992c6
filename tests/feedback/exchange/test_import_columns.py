import pytest

from feedback.errors import Invalid
from feedback.exchange import export_columns
from feedback.exchange.import_columns import FIELD_NAMES, Field, find_headings, guess, override


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["整理番号", "受付日", "ご意見"], {Field.SOURCE_ID: 0, Field.RECEIVED_AT: 1, Field.TEXT: 2}),
        (
            ["No.", "受付年月日", "件名", "本文"],
            {Field.SOURCE_ID: 0, Field.RECEIVED_AT: 1, Field.TITLE: 2, Field.TEXT: 3},
        ),
        (["【内容】", "※受付日時", "お 名 前"], {Field.TEXT: 0, Field.RECEIVED_AT: 1, Field.NAME: 2}),
        (["番号", "受付番号", "内容"], {Field.SOURCE_ID: 1, Field.TEXT: 2}),
        (["備考", ""], {}),
    ],
)
def test_headings_are_understood(headings: list[str], expected: dict[Field, int]) -> None:
    assert guess(headings) == expected


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_own_export_is_understood(language: str) -> None:
    headings = export_columns.headings(language)

    found = guess(headings)

    assert {Field.TEXT, Field.RECEIVED_AT, Field.SOURCE_ID, Field.MATTER_NUMBER, Field.CHANNEL, Field.KIND} < set(found)
    assert headings[found[Field.TEXT]] in {"text", "内容"}
    assert headings[found[Field.AREA]] in {"area_name", "分野"}
    assert headings[found[Field.RECEIVED_AT]] in {"received_at", "受付日時"}


def test_titles_above_the_headings_are_skipped() -> None:
    rows = [["令和7年度 市民の声一覧"], [], ["番号", "受付日", "内容"], ["1", "R7.4.1", "道路の穴"]]

    assert find_headings(rows) == 2
    assert find_headings([]) == 0


def test_a_person_may_say_which_column_it_is() -> None:
    headings = ["日", "話", "担当課"]

    chosen = override(guess(headings), {"text": "話", "received_at": "A", "department": ""}, headings)

    assert chosen == {Field.TEXT: 1, Field.RECEIVED_AT: 0}


@pytest.mark.parametrize(
    ("chosen", "words"), [({"txt": "話"}, "txt"), ({"text": "本文"}, "本文"), ({"text": "ZZ"}, "ZZ")]
)
def test_mistaken_choices_are_explained(chosen: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        override({}, chosen, ["日", "話"])


def test_every_field_has_a_name() -> None:
    assert set(FIELD_NAMES) == set(Field)
