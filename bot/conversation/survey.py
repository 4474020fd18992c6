"""「アンケート」: which surveys there are, what one is about, reviewing and sending it, leaving it for later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.conversation import asking, consent
from bot.conversation.actions import BeginSurvey, SendSurvey, WantSurveys
from bot.conversation.asking import ask, review
from bot.conversation.choices import MAIN, SURVEYS
from bot.conversation.facts import Facts
from bot.conversation.incoming import Media, Place, Press, Sticker, Words
from bot.conversation.needs import SURVEY_WAITS
from bot.conversation.replies import (
    Choice,
    Notice,
    Plain,
    Say,
    Step,
    SurveyIntro,
    SurveyList,
    SurveyReview,
    SurveyThanks,
)
from bot.conversation.safety import KNOWN
from bot.conversation.sheet import LONG, Sheet
from bot.conversation.state import Flow, State
from bot.conversation.subject import FLOW_SECONDS
from bot.conversation.survey_stage import (
    INTRO,
    LATER_WORDS,
    PURPOSE,
    REVIEW,
    STOPPING,
    drop,
    into,
    later,
    stage_of,
    stop,
    way_out,
)
from bot.conversation.words import Command, Word, plain
from feedback.surveys.definition import Question

_BEGIN_WORDS: Final = frozenset(
    map(plain, ("はじめる", "始める", "開始", "スタート", "つづける", "続ける", "回答する"))
)
_SEND_WORDS: Final = frozenset(map(plain, ("送信する", "送信", "送る", "回答を送る", "これで送る")))
_CHANGE_WORDS: Final = frozenset(map(plain, ("直す", "なおす", "修正", "修正する", "変更", "変更する")))
_DROP_WORDS: Final = frozenset(map(plain, ("消してやめる", "消す", "やめる")))
_GO_ON_WORDS: Final = frozenset(map(plain, ("つづける", "続ける")))


# Finding one


def show_list(state: State, facts: Facts) -> Step:
    """The surveys that may be answered; a single one is shown at once."""
    if not facts.surveys:
        return Step(state.idle(), (Say(("survey.none",), MAIN),), purpose=PURPOSE)
    if facts.sheet is not None:
        return introduce(state, facts)
    ids = tuple(str(one.id) for one in facts.surveys)
    opened = state.into(Flow.SURVEYS, until=facts.at + FLOW_SECONDS, offered=ids)
    return Step(opened, (SurveyList(facts.surveys),), purpose=PURPOSE)


def list_answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed number while the list is open."""
    return introduce(state, facts) if word.number is not None and facts.sheet is not None else None


def opened_pressed(state: State, press: Press, facts: Facts) -> Step:
    """A survey's button, or the one that lists them."""
    return introduce(state, facts) if press.argument else show_list(state, facts)


def introduce(state: State, facts: Facts) -> Step:
    """What the survey is about, before its first question; consent comes before it."""
    sheet = facts.sheet
    if sheet is None:
        return Step(state.idle(), (Say(("survey.gone",), MAIN),), purpose=PURPOSE)
    if sheet.refusal:
        return Step(state.idle(), (Plain(sheet.refusal, MAIN),), purpose=PURPOSE)
    if not facts.consented:
        waiting = (SURVEY_WAITS, str(sheet.survey))
        opened = state.into(Flow.CONSENT, until=facts.at + consent.ANSWER_SECONDS, offered=waiting)
        return Step(opened, (Say(("survey.needs_consent",)), Notice()), purpose="consent")
    definition = sheet.definition
    closes = definition.closes
    intro = SurveyIntro(
        survey=sheet.survey,
        title=definition.title,
        description=definition.description,
        questions=sheet.progress.total or len(definition.asked),
        anonymous=definition.anonymous,
        closes=int(closes.timestamp()) if closes else None,
        done=len(sheet.on_way),
        form=sheet.form if len(definition.asked) > LONG else "",
    )
    return Step(into(state, facts, sheet, INTRO), (intro,), purpose=PURPOSE)


# Consent may come in between


def agree(state: State, facts: Facts) -> Step:
    """「同意する」 typed."""
    return _after_consent(consent.agree(state, facts), facts)


def agree_pressed(state: State, press: Press, facts: Facts) -> Step:
    """「同意する」 pressed."""
    return _after_consent(consent.pressed(state, press, facts), facts)


def consent_answered(state: State, word: Word, facts: Facts) -> Step | None:
    """A typed answer while consent is asked."""
    decided = consent.answered(state, word, facts)
    return _after_consent(decided, facts) if decided is not None else None


def _after_consent(decided: Step, facts: Facts) -> Step:
    """Show the survey that waited for consent."""
    if facts.sheet is None or decided.state.flow is not None:
        return decided
    shown = introduce(decided.state, replace(facts, consented=True))
    said = (Say(("consent.thanks",)), *decided.replies[1:]) if facts.held else (Say(("consent.thanks",)),)
    return replace(decided, state=shown.state, replies=(*said, *shown.replies))


# What comes in while one is open


def words(state: State, incoming: Words, facts: Facts) -> Step | None:
    """Typed words; None when they are no answer to anything here."""
    sheet, stage = facts.sheet, stage_of(state)
    if sheet is None:
        return None
    simple = _AT_STAGE.get(stage)
    if stage == REVIEW and sheet.question is not None:  # an answer was unsent meanwhile
        return ask(state, facts, sheet, lead=(Say(("survey.asked_anew",)),))
    if simple is not None:
        return simple(state, incoming.word, facts, sheet) if _usable(facts) else None
    return asking.words(state, incoming, facts, sheet) if _usable(facts) else introduce(state, facts)


def media(state: State, incoming: Media | Place | Sticker, facts: Facts) -> Step | None:
    """A photo, a place, a sticker."""
    sheet, stage = facts.sheet, stage_of(state)
    if sheet is None or stage in _AT_STAGE:
        return None
    return asking.media(state, incoming, facts, sheet) if _usable(facts) else introduce(state, facts)


def _usable(facts: Facts) -> bool:
    sheet = facts.sheet
    return sheet is not None and not sheet.refusal and facts.consented


def _intro_worded(state: State, word: Word, facts: Facts, sheet: Sheet) -> Step | None:
    if word.command is Command.YES or word.number == 1 or word.plain in _BEGIN_WORDS:
        return begin(state, facts, sheet)
    if word.command in (Command.NO, Command.STOP) or word.plain in LATER_WORDS:
        return later(state, facts, sheet)
    return None


def _review_worded(state: State, word: Word, facts: Facts, sheet: Sheet) -> Step | None:
    on_way = sheet.on_way
    if word.number is not None and 0 < word.number <= len(on_way):
        return asking.turn(state, facts, sheet, on_way[word.number - 1].key)
    if word.command is Command.YES or word.plain in _SEND_WORDS:
        return send(state, facts, sheet)
    if word.plain in _CHANGE_WORDS:
        return _review(state, facts, sheet, change=True)
    return _left(state, word, facts, sheet) or _not_understood(state, word, facts, sheet)


def _not_understood(state: State, word: Word, facts: Facts, sheet: Sheet) -> Step | None:
    """At the end of a survey only what is clearly something else is taken for it."""
    danger = facts.reading.safety if facts.reading else None
    if word.command is not None or word.submission is not None or danger in KNOWN:
        return None
    shown = _review(state, facts, sheet, change=True)
    return replace(shown, replies=(Say(("survey.send_or_number",)), *shown.replies[-1:]))


def _left(state: State, word: Word, facts: Facts, sheet: Sheet) -> Step | None:
    way = way_out(word.plain)
    return _WAYS_OUT[way](state, facts, sheet) if way else None


def _stopping_worded(state: State, word: Word, facts: Facts, sheet: Sheet) -> Step | None:
    if word.command is Command.YES or word.plain in _DROP_WORDS:
        return drop(state, facts, sheet)
    if word.command is Command.NO or word.plain in _GO_ON_WORDS:
        return ask(state, facts, sheet)
    return later(state, facts, sheet) if word.plain in LATER_WORDS else None


_AT_STAGE: Final[Mapping[str, Callable[[State, Word, Facts, Sheet], Step | None]]] = {
    INTRO: _intro_worded,
    REVIEW: _review_worded,
    STOPPING: _stopping_worded,
}


# Its buttons


def begin(state: State, facts: Facts, sheet: Sheet) -> Step:
    """Begin, or go on where it was left."""
    decided = ask(state, facts, replace(sheet, begun=True))
    return replace(decided, actions=(BeginSurvey(sheet.seed), *decided.actions))


def _review(state: State, facts: Facts, sheet: Sheet, *, change: bool = False) -> Step:
    shown = review(state, facts, sheet)
    replies = tuple(replace(one, change=change) if isinstance(one, SurveyReview) else one for one in shown.replies)
    return replace(shown, replies=replies)


def send(state: State, facts: Facts, sheet: Sheet) -> Step:
    """Send the answers, once all are given."""
    if sheet.question is not None:
        return ask(state, facts, sheet)
    thanks = SurveyThanks(sheet.definition.thanks, sheet.definition.anonymous)
    return Step(state.idle(), (thanks,), (SendSurvey(),), purpose=PURPOSE)


def _go(state: State, press: Press, facts: Facts, sheet: Sheet) -> Step:
    del press
    return ask(state, facts, sheet)


def _change(state: State, press: Press, facts: Facts, sheet: Sheet) -> Step:
    key = press.argument.partition("/")[2]
    found = next((one for one in sheet.on_way if one.key == key), None)
    if found is not None:
        return asking.turn(state, facts, sheet, found.key)
    return _review(state, facts, sheet, change=True) if sheet.question is None else ask(state, facts, sheet)


_Do = Callable[[State, Facts, Sheet], Step]

_WAYS_OUT: Final[Mapping[str, _Do]] = {"back": asking.back, "later": later, "stop": stop}


def _plainly(do: _Do) -> Callable[[State, Press, Facts], Step]:
    return _opened(lambda state, _press, facts, sheet: do(state, facts, sheet))


def _opened(
    do: Callable[[State, Press, Facts, Sheet], Step], *, begins: bool = False
) -> Callable[[State, Press, Facts], Step]:
    """A button of a survey that was begun; of any other it shows what that is about, or why it is over."""

    def pressed(state: State, press: Press, facts: Facts) -> Step:
        sheet = facts.sheet
        if sheet is None or not _usable(facts) or not (sheet.begun or begins):
            return introduce(state, facts)
        return do(state, press, facts, sheet)

    return pressed


def _on_question(do: Callable[[State, Press, Facts, Sheet, Question], Step]) -> Callable[[State, Press, Facts], Step]:
    """A button that is about the open question; of any other it shows the open one."""

    def pressed(state: State, press: Press, facts: Facts, sheet: Sheet) -> Step:
        question = sheet.question
        if question is None or press.argument.split("/")[1:2] != [question.key]:
            return ask(state, facts, sheet)
        return do(state, press, facts, sheet, question)

    return _opened(pressed)


def _unsubscribe(state: State, press: Press, facts: Facts) -> Step:
    del press, facts
    again = (Choice("button.survey_subscribe", "survey-subscribe"), SURVEYS)
    return Step(state, (Say(("survey.unsubscribed",), again),), (WantSurveys(wanted=False),), purpose=PURPOSE)


def _subscribe(state: State, press: Press, facts: Facts) -> Step:
    del press, facts
    return Step(state, (Say(("survey.subscribed",), MAIN),), (WantSurveys(wanted=True),), purpose=PURPOSE)


BUTTONS: Final[Mapping[str, Callable[[State, Press, Facts], Step]]] = {
    "survey": opened_pressed,
    "survey-begin": _opened(lambda state, _press, facts, sheet: begin(state, facts, sheet), begins=True),
    "survey-go": _opened(_go),
    "survey-take": _opened(asking.tapped_choice),
    "survey-done": _on_question(asking.done_pressed),
    "survey-clear": _on_question(asking.clear_pressed),
    "survey-skip": _on_question(asking.skip_pressed),
    "survey-keep": _on_question(asking.keep_pressed),
    "survey-date": _on_question(asking.date_pressed),
    "survey-back": _plainly(asking.back),
    "survey-later": _plainly(later),
    "survey-stop": _plainly(stop),
    "survey-drop": _plainly(drop),
    "survey-change": _opened(_change),
    "survey-send": _plainly(send),
    "survey-unsubscribe": _unsubscribe,
    "survey-subscribe": _subscribe,
}


def paused(before: State, decided: Step) -> Step:
    """Whoever turns to something else in the middle of a survey is told that it waits."""
    left = before.flow is Flow.SURVEY and stage_of(before) != INTRO and decided.state.flow is not Flow.SURVEY
    if not left or decided.purpose == PURPOSE or not decided.replies:
        return decided
    choices = (SURVEYS,) if not any(getattr(one, "choices", ()) for one in decided.replies) else ()
    return replace(decided, replies=(*decided.replies, Say(("survey.paused",), choices)))
