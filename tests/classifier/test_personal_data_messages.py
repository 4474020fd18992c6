"""The messages that measure personal data: marked soundly, and found as well as the documentation says."""

import re
import unicodedata
from collections import Counter

from benchmarks.personal_data import f1, read
from classifier.personal_data import TYPES
from classifier.personal_data.checks import is_credit_card, is_my_number


def test_the_marks_are_sound() -> None:
    messages = read("tuning") + read("held_out")
    assert sum(bool(message.gold) for message in messages) >= 300
    assert sum(not message.gold for message in messages) >= 150
    assert len({message.text for message in messages}) == len(messages)
    counts = Counter(kind for message in messages for _, _, kind in message.gold)
    assert set(counts) == set(TYPES)
    checks = {"my_number": is_my_number, "credit_card": is_credit_card}
    for message in messages:
        for start, end, kind in message.gold:
            words = message.text[start:end]
            assert words == words.strip() != ""
            if kind in checks:
                assert checks[kind](re.sub(r"\D", "", unicodedata.normalize("NFKC", words)))


def test_the_half_that_nothing_was_tuned_on_is_found() -> None:
    precision, recall, value, _ = f1(held := read("held_out"))
    assert value >= 0.93
    assert precision >= 0.97
    assert recall >= 0.85
    assert sum(not message.found for message in held if not message.gold) >= 90
