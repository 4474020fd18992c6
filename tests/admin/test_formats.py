from datetime import date

from admin.formats import due
from feedback.business_days import NATIONAL


def test_a_due_date_in_words() -> None:
    friday, sunday, wednesday = date(2026, 11, 20), date(2026, 11, 22), date(2026, 11, 25)

    assert due(None, friday, NATIONAL) is None
    assert [found.text for day in (friday, sunday, wednesday) if (found := due(friday, day, NATIONAL))] == [
        "本日まで",
        "期限超過",
        "2営業日超過",
    ]
    ahead = due(wednesday, friday, NATIONAL)
    assert ahead is not None
    assert (ahead.text, ahead.state) == ("あと2営業日", "soon")
