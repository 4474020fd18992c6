import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.answers import rules, wording
from feedback.answers.rules import VARIABLES, fill, template_problem, unresolved
from feedback.answers.wording import HintKind, check, load


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{受付番号}について、{担当課}がお答えします。", None),
        ("", "入力"),
        ("{氏名}様", "{氏名}"),
        ("{}", "使えない"),
        ("あ" * 3001, "3000"),
        ("〔時期〕に直します。", None),
    ],
)
def test_unknown_variables_are_an_error_at_saving(body: str, problem: str | None) -> None:
    found = template_problem(body)
    assert (found is None) if problem is None else (problem in (found or ""))


@given(st.text(alphabet="{}受付番号分野〔〕あ\n", max_size=60))
def test_filling_leaves_what_has_no_value_for_the_check_to_find(body: str) -> None:
    filled = fill(body, dict.fromkeys(VARIABLES, "値"))
    assert all(f"{{{name}}}" not in filled for name in VARIABLES) or "{{" in body or "}}" in body
    for start, end in unresolved(filled):
        assert filled[start] + filled[end - 1] in {"{}", "〔〕"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("道路の穴をふさぎました。", []),
        ("あ" * 61 + "。", [HintKind.LONG]),
        ("あ" * 59 + "。", []),
        ("所管の課が対応します。", [HintKind.JARGON]),
        ("市長がおっしゃられた件です。", [HintKind.HONORIFIC]),
        ("説明させていただき、対応させていただきます。", [HintKind.HONORIFIC]),
        ("説明させていただきます。", []),
        ("貴重なご意見をありがとうございます。", [HintKind.CANNED]),
        ("電話は090-1234-5678です。", [HintKind.PERSONAL]),
        ("{分野}の件です。", [HintKind.UNRESOLVED]),
        ("〔いつまでに〕行います。", [HintKind.UNRESOLVED]),
        ("", []),
    ],
)
def test_hints(text: str, kinds: list[HintKind]) -> None:
    assert [hint.kind for hint in check(text, load())] == kinds


@given(st.text(max_size=200) | st.lists(st.sampled_from([*load().plainer, *load().canned, "。", "あ"])).map("".join))
def test_hints_point_into_the_text_in_order(text: str) -> None:
    hints = check(text, load())
    assert [hint.start for hint in hints] == sorted(hint.start for hint in hints)
    assert all(0 <= hint.start < hint.end <= len(text) for hint in hints)


def test_everything_has_a_name() -> None:
    for members, names in (
        (rules.AnswerState, rules.ANSWER_STATE_NAMES),
        (rules.Method, rules.METHOD_NAMES),
        (rules.StepState, rules.STEP_STATE_NAMES),
        (rules.ApprovalAction, rules.APPROVAL_ACTION_NAMES),
        (HintKind, wording.HINT_NAMES),
    ):
        assert set(members) == set(names)
