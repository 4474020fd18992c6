from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feedback.routing.rules import Decision, Router, Rule, folded

DESK, ROADS, PARKS, FIRE, NORTH = 1, 2, 3, 4, 5
AREAS = {"roads": ROADS, "parks": PARKS}


def router(*rules: Rule) -> Router:
    return Router(rules=rules, area_departments=AREAS, desk_id=DESK)


def test_without_rules_the_area_decides() -> None:
    assert router().route(area_key="roads") == Decision(ROADS)


def test_an_unknown_area_or_none_goes_to_the_desk() -> None:
    assert router().route(area_key="space") == Decision(DESK)
    assert router().route(area_key=None, text="道路に穴") == Decision(DESK)


def test_the_first_rule_that_applies_wins_and_is_named() -> None:
    made = router(Rule("火事", FIRE, words=("火事",)), Rule("北部の道路", NORTH, area_key="roads", district="北部"))
    assert made.route(area_key="roads", text="火事です", district="北部") == Decision(FIRE, "火事")
    assert made.route(area_key="roads", text="穴", district="北部") == Decision(NORTH, "北部の道路")
    assert made.route(area_key="roads", text="穴", district="南部") == Decision(ROADS)


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = Rule("r", NORTH, area_key="roads", kind="report", words=("穴",), district="北部")
    facts: dict[str, Any] = {"area_key": "roads", "kind": "report", "text": "穴がある", "district": "北部"}
    assert rule.applies(**facts)
    for name, other in (("area_key", "parks"), ("kind", None), ("text", "段差"), ("district", None)):
        assert not rule.applies(**(facts | {name: other}))


def test_a_rule_without_conditions_takes_everything() -> None:
    assert router(Rule("全部", PARKS)).route(area_key=None) == Decision(PARKS, "全部")


def test_words_match_whatever_their_width_and_case() -> None:
    made = router(Rule("駐車", NORTH, words=("ｶｰﾌﾞﾐﾗｰ", "AED")))
    assert made.route(area_key="roads", text="カーブミラーが割れた").department_id == NORTH
    assert made.route(area_key="roads", text="ａｅｄの場所").department_id == NORTH


@given(st.text(min_size=1, max_size=40))
def test_a_rule_finds_its_own_word(word: str) -> None:
    assert router(Rule("同じ", NORTH, words=(word,))).route(area_key=None, text=word).department_id == NORTH


@given(st.text(max_size=40))
def test_folding_is_stable(text: str) -> None:
    assert folded(folded(folded(text))) == folded(folded(text))


@given(
    st.lists(
        st.builds(
            Rule,
            name=st.text(min_size=1, max_size=3),
            department_id=st.integers(min_value=10, max_value=20),
            area_key=st.none() | st.sampled_from(["roads", "parks", "space"]),
            kind=st.none() | st.sampled_from(["report", "request"]),
            words=st.lists(st.sampled_from(["穴", "木", "犬"]), max_size=2).map(tuple),
            district=st.none() | st.sampled_from(["北部", "南部"]),
        ),
        max_size=6,
    ),
    st.none() | st.sampled_from(["roads", "parks", "space"]),
    st.sampled_from(["report", "request"]),
    st.text(alphabet="穴木犬x", max_size=4),
    st.none() | st.sampled_from(["北部", "南部"]),
)
def test_every_matter_goes_somewhere_and_earlier_rules_come_first(
    rules: list[Rule], area: str | None, kind: str, text: str, district: str | None
) -> None:
    decision = router(*rules).route(area_key=area, kind=kind, text=text, district=district)
    applying = [r for r in rules if r.applies(area_key=area, kind=kind, text=text, district=district)]
    if applying:
        assert decision == Decision(applying[0].department_id, applying[0].name)
    else:
        assert decision == Decision(AREAS.get(area or "", DESK))
