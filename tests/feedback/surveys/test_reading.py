from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.surveys.accepting import check_answer
from feedback.surveys.definition import Question, QuestionType
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.given import Answer, Place, from_json, in_words, to_json
from feedback.surveys.reading import read_answer
from tests.feedback.surveys.definitions import every_type


def question(key: str, **changes: object) -> Question:
    found = every_type().question(key)
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]


def kind_of(read: Answer | Fault) -> FaultKind:
    assert isinstance(read, Fault), read
    return read.kind


@pytest.mark.parametrize("typed", ["2", "２", "②", "2番", "いいえ", "「いいえ。」", "2 いいえ", "２．いいえ"])
def test_one_choice_is_meant_by_its_number_or_its_words(typed: str) -> None:
    assert read_answer(question("use"), typed) == Answer(choices=("no",))


@pytest.mark.parametrize("typed", ["3", "0", "たぶん", "2 はい", "1と2", "-1"])
def test_what_names_no_choice_is_refused(typed: str) -> None:
    assert kind_of(read_answer(question("use"), typed)) in {FaultKind.NOT_A_CHOICE, FaultKind.ONE_ONLY}


@pytest.mark.parametrize("typed", ["1,2", "１、２", "1と2", "2 1", "ごみの日、防災情報", "防災情報\nごみの日", "①・②"])
def test_several_choices(typed: str) -> None:
    assert read_answer(question("how"), typed) == Answer(choices=("disaster", "garbage"))


def test_limits_exclusive_choices_and_words_beside_other() -> None:
    how = question("how")
    assert kind_of(read_answer(how, "1,2,3")) is FaultKind.TOO_MANY
    assert kind_of(read_answer(how, "1,4")) is FaultKind.EXCLUSIVE
    assert kind_of(read_answer(how, "1,1")) is FaultKind.TWICE
    assert read_answer(how, "3") == Answer(choices=("other",))
    assert read_answer(how, "その他：駅前の掲示板") == Answer(choices=("other",), text="駅前の掲示板")
    assert read_answer(how, "3 駅前の掲示板") == Answer(choices=("other",), text="駅前の掲示板")
    assert read_answer(how, Answer(choices=("garbage",), text="消える")) == Answer(choices=("garbage",))
    assert kind_of(read_answer(how, "")) is FaultKind.REQUIRED


def test_scales_are_read_by_the_number_printed_and_ranks_in_order() -> None:
    assert read_answer(question("why"), "３") == Answer(choices=("3",))
    assert read_answer(question("tell"), "0") == Answer(choices=("0",))
    assert read_answer(question("tell"), "１０点") == Answer(choices=("10",))
    assert kind_of(read_answer(question("tell"), "11")) is FaultKind.NOT_A_CHOICE
    assert read_answer(question("order"), "3→".replace("→", ",") + "1") == Answer(choices=("z", "x"))


@pytest.mark.parametrize("typed", ["2026年4月1日", "令和8年4月1日", "R8.4.1", "２０２６/４/１", "20260401"])
def test_days_as_people_write_them(typed: str) -> None:
    assert read_answer(question("since"), typed) == Answer(text="2026-04-01")


@pytest.mark.parametrize("typed", ["きのう", "45000", "2026-02-30", "13/45"])
def test_what_is_no_day(typed: str) -> None:
    assert kind_of(read_answer(question("since"), typed)) is FaultKind.NOT_A_DATE


def test_numbers() -> None:
    family = question("family")
    assert read_answer(family, "４人") == Answer(number=4.0)
    assert kind_of(read_answer(family, "四")) is FaultKind.NOT_A_NUMBER
    assert kind_of(read_answer(family, "0")) is FaultKind.TOO_SMALL
    assert kind_of(read_answer(family, "1,000")) is FaultKind.TOO_LARGE
    assert kind_of(check_answer(family, Answer(number=float("nan")))) is FaultKind.NOT_A_NUMBER


def test_places_districts_photos_and_words() -> None:
    assert read_answer(question("where"), "〒123ー4567") == Answer(text="123-4567")
    assert read_answer(question("spot"), "駅前") == Answer(place=Place(None, None, "駅前"))
    assert kind_of(read_answer(question("spot"), Answer(place=Place(91.0, 0.0)))) is FaultKind.UNREADABLE
    assert kind_of(read_answer(question("photo"), "送りました")) is FaultKind.PHOTO_NEEDED
    assert read_answer(question("word"), " ひとこと\x00 ") == Answer(text="ひとこと")
    assert kind_of(read_answer(question("word"), "あ" * 301)) is FaultKind.TOO_LONG
    assert read_answer(question("free"), "スキップ") == Answer()


def test_matrices() -> None:
    parts = question("parts")
    assert read_answer(parts, "1,2") == Answer(cells=(("a", "good"), ("b", "bad")))
    half = Answer(cells=(("b", "bad"),))
    assert read_answer(parts, half) == half
    assert kind_of(read_answer(replace(parts, required=True), half)) is FaultKind.ROWS_MISSING
    assert in_words(parts, half) == "早さ：悪い"


def test_every_fault_has_words() -> None:
    assert all(Fault(one, limit=3, words="その他").message.endswith("。") for one in FaultKind)


@given(st.text(max_size=400), st.sampled_from(every_type().asked))
def test_any_words_are_an_answer_or_a_fault_and_reading_again_changes_nothing(typed: str, one: Question) -> None:
    read = read_answer(one, typed)
    if isinstance(read, Fault):
        assert read.message
    else:
        assert from_json(to_json(read)) == read
        again = read_answer(one, read)
        assert again == read or (one.required and read.is_empty)


def test_sections_take_nothing() -> None:
    section = question("intro")
    assert section.type is QuestionType.SECTION
    assert kind_of(read_answer(section, "はい")) is FaultKind.UNREADABLE
