"""Where a survey stands in the conversation, and the ways out of it: later, stop, throw away."""

from typing import Final

from bot.conversation.actions import DropSurvey
from bot.conversation.choices import MAIN
from bot.conversation.facts import Facts
from bot.conversation.picking import Picks
from bot.conversation.replies import Choice, Say, Step
from bot.conversation.sheet import Sheet
from bot.conversation.state import Flow, State
from bot.conversation.words import plain
from feedback.surveys.definition import Question

SURVEY_SECONDS: Final = 3600
"""How long typed words count as answers; a button resumes at any time."""

PURPOSE: Final = "survey"
INTRO: Final = "=intro"
REVIEW: Final = "=review"
STOPPING: Final = "=stop"
WORDS_MODE: Final = "words"

LATER_WORDS: Final = frozenset(
    map(plain, ("あとで", "後で", "あとでする", "中断", "中断する", "一時保存", "またあとで"))
)
_BACK_WORDS: Final = frozenset(map(plain, ("戻る", "もどる", "前へ", "前の質問", "前の質問に戻る", "ひとつ戻る")))
_STOP_WORDS: Final = frozenset(map(plain, ("やめる", "止める", "中止", "中止する", "キャンセル", "終了", "cancel")))


def stage_of(state: State) -> str:
    """What the survey waits for: a question's key, or one of the stages above."""
    return state.offered[1] if state.flow is Flow.SURVEY and len(state.offered) > 1 else ""


def into(state: State, facts: Facts, sheet: Sheet, stage: str, *, mode: str = "", picks: Picks = ()) -> State:
    """The state with the survey open at a stage."""
    offered = (str(sheet.survey), stage, mode, *picks)
    return state.into(Flow.SURVEY, until=facts.at + SURVEY_SECONDS, offered=offered)


def picks_of(state: State, sheet: Sheet, question: Question) -> Picks:
    """What was tapped so far for a question."""
    here = state.flow is Flow.SURVEY and state.offered[:2] == (str(sheet.survey), question.key)
    return state.offered[3:] if here else ()


def asks_words(state: State, question: Question) -> bool:
    """Whether the words beside その他 are asked."""
    return stage_of(state) == question.key and state.offered[2:3] == (WORDS_MODE,)


def way_out(word: str) -> str:
    """``back``, ``later`` or ``stop`` when a word means it, else ""."""
    ways = (("back", _BACK_WORDS), ("later", LATER_WORDS), ("stop", _STOP_WORDS))
    return next((name for name, meant in ways if word in meant), "")


def later(state: State, facts: Facts, sheet: Sheet) -> Step:
    """「あとで」: what was answered stays."""
    del facts
    key = "survey.later" if sheet.begun else "survey.not_now"
    return Step(state.idle(), (Say((key, "survey.how_to_resume"), MAIN),), purpose=PURPOSE)


def stop(state: State, facts: Facts, sheet: Sheet) -> Step:
    """「やめる」: ask whether what was answered shall go."""
    if not sheet.answers:
        return drop(state, facts, sheet)
    number = str(sheet.survey)
    choices = (
        Choice("button.survey_drop", "survey-drop", number),
        Choice("button.survey_later", "survey-later", number),
        Choice("button.survey_go", "survey-go", number),
    )
    opened = into(state, facts, sheet, STOPPING)
    return Step(opened, (Say(("survey.stop_sure",), choices),), purpose=PURPOSE)


def drop(state: State, facts: Facts, sheet: Sheet) -> Step:
    """Throw away what was answered."""
    del facts, sheet
    return Step(state.idle(), (Say(("survey.dropped",), MAIN),), (DropSurvey(),), purpose=PURPOSE)
