"""Surveys through the machine: any taps and words, and the same record as the web form gives."""

import dataclasses
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.simulator.validation.messages import check_reply
from bot.conversation import needs, step
from bot.conversation.actions import AnswerSurvey, BeginSurvey, DropSurvey, SendSurvey, TurnSurvey
from bot.conversation.facts import Facts
from bot.conversation.incoming import Incoming, Media, Place, Press, Sticker, Words
from bot.conversation.sheet import Sheet
from bot.conversation.state import IDLE, Flow, State, from_json, to_json
from bot.conversation.words import read_word
from bot.messages import Scene, render
from feedback.config import Settings
from feedback.ports import Reading
from feedback.surveys.definition import Choice, Definition, Question, QuestionType
from feedback.surveys.filling import fill
from feedback.surveys.given import Answer
from feedback.surveys.rules import counted
from tests.feedback.surveys.definitions import answers_to, definitions, every_type

_AT = 1_800_000_000
_READING = Reading("test", (), None)
_SETTINGS = Settings(city_name="まちこえ市")


@dataclasses.dataclass
class Talk:
    """A conversation about one survey: what the actions change is kept here, as the database would."""

    sheet: Sheet
    state: State = IDLE
    sent: dict[str, Answer] | None = None

    def hears(self, incoming: Incoming, *, safety: str | None = None) -> str:
        needs(self.state, incoming)
        reading = dataclasses.replace(_READING, safety=safety)
        decided = step(self.state, incoming, Facts(at=_AT, sheet=self.sheet, reading=reading))
        self.state = from_json(to_json(decided.state))
        assert self.state == decided.state
        for action in decided.actions:
            self._do(action)
        scene = Scene(settings=_SETTINGS, areas={}, departments={})
        messages = render(decided.replies, scene)
        if messages:
            assert check_reply({"replyToken": "token", "messages": messages}) == []
        return "".join(str(one.get("text") or one.get("altText")) for one in messages)

    def says(self, text: str) -> str:
        return self.hears(Words(text, read_word(text)))

    def presses(self, verb: str, argument: str = "") -> str:
        return self.hears(Press(verb, None, f"{self.sheet.survey}{argument}"))

    def _do(self, action: Any) -> None:
        if isinstance(action, BeginSurvey):
            self.sheet = dataclasses.replace(self.sheet, begun=True)
        elif isinstance(action, AnswerSurvey):
            self.sheet = self.sheet.answered(action.question, action.answer)
        elif isinstance(action, TurnSurvey):
            assert action.question in self.sheet.answers
            self.sheet = self.sheet.turned_to(action.question)
        elif isinstance(action, DropSurvey):
            self.sheet = dataclasses.replace(self.sheet, answers={}, at=None, begun=False)
        elif isinstance(action, SendSurvey):
            assert self.sheet.question is None
            self.sent = counted(self.sheet.definition, self.sheet.answers)
            self.sheet = dataclasses.replace(self.sheet, refusal="すでにお答えいただいています。")


def begun(definition: Definition, seed: int = 1) -> Talk:
    talk = Talk(Sheet(7, definition, seed))
    talk.presses("survey")
    talk.presses("survey-begin")
    return talk


def _answer_in_the_chat(talk: Talk, question: Question, raw: str | Answer) -> None:
    """Give an answer the way a phone can: typed, or tapped."""
    here = f"/{question.key}"
    if raw == "" or (isinstance(raw, Answer) and raw.is_empty):
        talk.presses("survey-skip", here)
    elif isinstance(raw, str):
        talk.says(raw)
    elif raw.cells or raw.choices:
        for path in [f"{here}/{column}/{row}" for row, column in raw.cells] + [f"{here}/{key}" for key in raw.choices]:
            talk.presses("survey-take", path)
    elif raw.place is not None:
        talk.hears(Place(raw.place.latitude, raw.place.longitude, raw.place.address))
    else:
        talk.says(str(raw.number) if raw.number is not None else raw.text)
    if talk.state.offered[3:] and question.key not in talk.sheet.answers:
        talk.presses("survey-done", here)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_chat_gives_the_same_record_as_the_form(data: st.DataObject) -> None:
    definition = data.draw(definitions())
    seed = data.draw(st.integers(0, 99))
    talk, given_ = begun(definition, seed), {}

    @st.composite
    def answering(draw: st.DrawFn) -> None:
        while (question := talk.sheet.question) is not None:
            raw = given_[question.key] = answers_to(draw, question)
            _answer_in_the_chat(talk, question, raw)
            assert question.key in talk.sheet.answers, (question, raw)
            if draw(st.integers(0, 3)) == 0:
                talk.presses("survey-later")
                talk.says("アンケート")
                talk.presses("survey-go")
        talk.presses("survey-send")

    data.draw(answering())
    filled = fill(definition, given_, seed=seed)
    assert filled.faults == {}
    assert talk.sent == counted(definition, filled.answers)


_KEYS = [
    f"/{question.key}{choice}{row}"
    for question in every_type().asked
    for choice in ("", *(f"/{one.key}" for one in question.choices))
    for row in ("", *(f"/{one.key}" for one in question.rows))
]
_VERBS = ["survey", *(f"survey-{one}" for one in (
    "begin", "go", "take", "done", "clear", "skip", "keep", "date", "back", "later", "stop", "drop", "change", "send",
))]  # fmt: skip
_SAID = [
    "1", "２", "1、3", "はい", "いいえ", "特になし", "その他", "戻る", "あとで", "やめる", "とばす", "決定", "選び直す",
    "このまま", "送信する", "直す", "アンケート", "メニュー", "R8-000001", "3人", "令和8年4月1日", "良い", "9999",
]  # fmt: skip
_COMING: st.SearchStrategy[Incoming] = st.one_of(
    st.sampled_from(_SAID).map(lambda text: Words(text, read_word(text))),
    st.text(max_size=30).map(lambda text: Words(text, read_word(text))),
    st.builds(
        lambda verb, key, day: Press(verb, None, f"7{key}", day),
        st.sampled_from(_VERBS),
        st.sampled_from(["", *_KEYS]) | st.text(max_size=6),
        st.sampled_from(["", "2026-04-01", "nonsense"]),
    ),
    st.just(Media("image")),
    st.builds(Place, st.just(35.0), st.just(139.0), st.just("市役所")),
    st.just(Sticker()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(_COMING, st.sampled_from([None, None, None, "emergency", "self_harm"])), max_size=25))
def test_whatever_comes_in_is_answered_and_only_good_answers_are_kept(coming: list[tuple[Incoming, str]]) -> None:
    talk = begun(every_type())
    for incoming, safety in coming:
        talk.hears(incoming, safety=safety)
        if talk.state.flow is Flow.SURVEY:
            assert talk.state.offered[0] == "7"
    kept = counted(talk.sheet.definition, talk.sheet.answers)
    again = fill(talk.sheet.definition, kept, seed=talk.sheet.seed)
    assert {key: again.answers[key] for key in kept} == kept
    assert not set(again.faults) & set(kept)


def test_a_hundred_questions_and_forty_long_choices_fit() -> None:
    wide = Question(
        "q",
        QuestionType.SINGLE,
        "問" * 500,
        help="補" * 500,
        choices=tuple(Choice(f"k{n}" * 10, "選" * 80) for n in range(40)),
    )
    talk = begun(Definition("wide", "題" * 60, (wide,), description="説" * 2000))
    assert "選" * 80 in talk.presses("survey-go")
    talk.says("40")
    many = tuple(Question(f"q{n}", QuestionType.TEXT, "問" * 500) for n in range(100))
    talk = begun(Definition("many", "題" * 60, many))
    for _ in many:
        shown = talk.says("答" * 300)
    assert "1. 問問" in shown
    assert "番号を書いて" in talk.presses("survey-change")
    talk.says("100")
    assert talk.sheet.at == "q99"
