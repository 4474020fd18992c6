from dataclasses import replace
from datetime import UTC, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from feedback.surveys import rules
from feedback.surveys.checking import faults
from feedback.surveys.definition import Definition, Hours, QuestionType
from feedback.surveys.faults import Fault
from feedback.surveys.filling import fill
from feedback.surveys.given import Answer, all_from_json, all_to_json
from feedback.surveys.reading import read_answer
from feedback.surveys.rules import Closed, SurveyState
from tests.feedback.surveys.definitions import answered, definitions, every_type


def walk(
    data: st.DataObject, definition: Definition, *, seed: int
) -> tuple[dict[str, Answer], dict[str, str | Answer]]:
    """Answer from the beginning to the end as the chat does; every step is kept as JSON and read again."""
    answers: dict[str, Answer] = {}
    said: dict[str, str | Answer] = {}
    for _ in range(len(definition.questions) + 1):
        question = rules.next_question(definition, answers)
        if question is None:
            return answers, said
        seen = rules.shown(question, answers, definition=definition, seed=seed)
        raw = data.draw(answered(seen))
        read = read_answer(seen, raw)
        assert not isinstance(read, Fault), (seen, raw, read.message)
        said[question.key] = raw
        answers = all_from_json(all_to_json({**answers, question.key: read}))
    raise AssertionError("the way does not end")


@given(definitions(), st.data(), st.integers(0, 1000))
def test_every_way_through_a_survey_ends(definition: Definition, data: st.DataObject, seed: int) -> None:
    answers, _ = walk(data, definition, seed=seed)
    keys = [one.key for one in definition.questions]
    way = [keys.index(one.key) for one in rules.path(definition, answers)]
    assert way == sorted(set(way))


@given(definitions(), st.data(), st.integers(0, 1000))
def test_a_form_and_question_by_question_give_the_same_record(
    definition: Definition, data: st.DataObject, seed: int
) -> None:
    answers, said = walk(data, definition, seed=seed)
    filled = fill(definition, said, seed=seed)
    assert not filled.faults
    assert rules.counted(definition, filled.answers) == rules.counted(definition, answers)


@given(definitions(), st.data())
def test_progress_never_goes_back_nor_beyond_its_total(definition: Definition, data: st.DataObject) -> None:
    answers, _ = walk(data, definition, seed=1)
    shown_before, so_far = [], dict[str, Answer]()
    for question in rules.path(definition, answers):
        now = rules.progress(definition, so_far)
        assert 1 <= now.number <= now.total
        shown_before.append(now.total)
        so_far[question.key] = answers[question.key]
    assert shown_before == sorted(shown_before, reverse=True)


@given(definitions(), st.data())
def test_only_answers_on_the_way_count(definition: Definition, data: st.DataObject) -> None:
    answers, _ = walk(data, definition, seed=1)
    strays = {one.key: Answer(text="迷子") for one in definition.asked if one.key not in answers}
    assert rules.counted(definition, {**strays, **answers}) == answers


@given(definitions())
def test_drawn_surveys_lack_nothing_but_reachability(definition: Definition) -> None:
    assert [one for one in faults(definition) if "たどり着きません" not in one] == []


def test_branches_skip_and_pipes_fill_in() -> None:
    definition = every_type()
    answers = {"use": Answer(choices=("no",))}
    question = rules.next_question(definition, answers)
    assert question is not None
    assert question.key == "why"
    assert rules.shown(question, answers, definition=definition, seed=1).text == "「いいえ」とのこと。満足ですか。"
    assert [one.key for one in rules.lead_in(definition, {}, "use")] == ["intro"]
    assert rules.previous_question(definition, answers, "why") == definition.question("use")
    assert rules.previous_question(definition, answers, "use") is None


def test_shuffled_choices_keep_their_order_for_one_person_and_the_fixed_ones_their_place() -> None:
    question = every_type().question("how")
    assert question is not None
    mixed = replace(question, shuffle=True)
    definition = replace(every_type(), questions=(mixed,))
    orders = {
        tuple(one.key for one in rules.shown(mixed, {}, definition=definition, seed=seed).choices) for seed in range(30)
    }
    assert {one[2:] for one in orders} == {("other", "none")}
    assert len(orders) == 2
    again = [rules.shown(mixed, {}, definition=definition, seed=7) for _ in range(2)]
    assert again[0] == again[1]


def test_when_a_survey_takes_answers() -> None:
    at = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)  # noon in Japan
    definition = replace(every_type(), opens=at, closes=datetime(2026, 12, 2, tzinfo=UTC))
    published = SurveyState.PUBLISHED
    assert rules.closed_because(definition, published, at) is None
    assert rules.closed_because(definition, SurveyState.DRAFT, at) is Closed.NOT_PUBLISHED
    assert rules.closed_because(definition, published, at.replace(hour=2)) is Closed.NOT_YET
    assert rules.closed_because(definition, published, at.replace(day=3)) is Closed.OVER
    by_day = replace(definition, hours=Hours(time(8, 30), time(17)))
    assert rules.closed_because(by_day, published, at) is None
    assert rules.closed_because(by_day, published, at.replace(hour=8)) is Closed.HOURS


def test_sections_take_no_answer() -> None:
    assert all(one.type is not QuestionType.SECTION for one in every_type().asked)
    assert rules.first(every_type()) == every_type().question("use")
