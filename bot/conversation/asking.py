"""One question of a survey: tapped or typed answers, several taps for one answer, back, what is wrong with one."""

from dataclasses import replace
from typing import Final

from bot.conversation import picking
from bot.conversation.actions import AnswerSurvey, TurnSurvey
from bot.conversation.facts import Facts
from bot.conversation.incoming import Media, Place, Press, Sticker, Words
from bot.conversation.picking import Picks
from bot.conversation.replies import Numbers, Plain, Reply, Say, Step, SurveyQuestion, SurveyReview
from bot.conversation.safety import DISTRESS, KNOWN
from bot.conversation.sheet import STEPWISE, Sheet
from bot.conversation.state import Flow, State
from bot.conversation.survey_stage import (
    PURPOSE,
    REVIEW,
    WORDS_MODE,
    asks_words,
    into,
    later,
    picks_of,
    stage_of,
    stop,
    way_out,
)
from bot.conversation.words import Command, Word, plain
from feedback.surveys.definition import Question, QuestionType
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.given import Answer
from feedback.surveys.given import Place as GivenPlace
from feedback.surveys.reading import SKIP_WORDS, folded, read_answer

_DONE_WORDS: Final = frozenset(map(plain, ("決定", "決定する", "これで決定", "以上", "完了")))
_CLEAR_WORDS: Final = frozenset(map(plain, ("選び直す", "選びなおす", "えらびなおす")))
_KEEP_WORDS: Final = frozenset(map(plain, ("このまま", "そのまま", "変えない")))
_STILL_COMMANDS: Final = frozenset({Command.MENU, Command.HELP, Command.STATUS, Command.ERASE})
"""What even a question that takes any words does not take for an answer."""


# Asking


def ask(
    state: State,
    facts: Facts,
    sheet: Sheet,
    *,
    lead: tuple[Reply, ...] = (),
    picks: Picks = (),
    mode: str = "",
    again: bool = False,
) -> Step:
    """The open question, or the review when all is answered. ``again``: it was asked just before."""
    question = sheet.question
    if question is None:
        return review(state, facts, sheet, lead=lead)
    row = picking.row_at(question, picks) if question.type is QuestionType.MATRIX else None
    given = sheet.given
    reply = SurveyQuestion(
        survey=sheet.survey,
        question=question,
        progress=sheet.progress,
        sections=() if again or picks else sheet.sections,
        picks=picks,
        row=row,
        row_number=question.rows.index(row) + 1 if row else 0,
        other=picking.wants_words(question, picks) if mode == WORDS_MODE else None,
        given=sheet.in_words(question) if given is not None else "",
        keepable=given is not None,
        first=sheet.before is None,
        compact=bool(picks) and question.type is not QuestionType.MATRIX,
    )
    opened = into(state, facts, sheet, question.key, mode=mode, picks=picks)
    return Step(opened, (*lead, reply), purpose=PURPOSE)


def review(state: State, facts: Facts, sheet: Sheet, *, lead: tuple[Reply, ...] = ()) -> Step:
    """Everything answered, before it is sent."""
    lines = tuple((sheet.seen(one).text, sheet.in_words(one)) for one in sheet.on_way)
    shown = SurveyReview(sheet.survey, lines, sheet.sections)
    return Step(into(state, facts, sheet, REVIEW), (*lead, shown), purpose=PURPOSE)


def turn(state: State, facts: Facts, sheet: Sheet, key: str) -> Step:
    """Open an answered question again."""
    decided = ask(state, facts, sheet.turned_to(key), again=True)
    return replace(decided, actions=(TurnSurvey(key),))


def back(state: State, facts: Facts, sheet: Sheet) -> Step:
    """「戻る」: the row or the choice before, else the question before."""
    question = sheet.question
    if question is not None:
        picks = picks_of(state, sheet, question)
        if picks and question.type is QuestionType.MATRIX:
            return ask(state, facts, sheet, picks=picks[:-1], again=True)
        if picks:
            return ask(state, facts, sheet, again=True)
    before = sheet.before
    if before is None:
        return ask(state, facts, sheet, lead=(Say(("survey.at_first",)),), again=True)
    return turn(state, facts, sheet, before.key)


# Taking answers


def _wrong(state: State, facts: Facts, sheet: Sheet, fault: Fault) -> Step:
    question = sheet.question
    picks = picks_of(state, sheet, question) if question else ()
    mode = WORDS_MODE if question and asks_words(state, question) else ""
    return ask(state, facts, sheet, lead=(Plain(fault.message),), picks=picks, mode=mode, again=True)


def _settle(state: State, facts: Facts, sheet: Sheet, question: Question, answer: Answer) -> Step:
    """Keep an answer and ask what follows, or say what is wrong with it; その他 is asked for its words first."""
    other = picking.wants_words(question, answer.choices)
    if other is not None and not answer.text and not asks_words(state, question):
        return ask(state, facts, sheet, picks=answer.choices, mode=WORDS_MODE, again=True)
    checked = read_answer(question, answer)
    full = sheet.is_full(question, answer)
    if full:
        checked = Fault(FaultKind.FULL, words=full)
    if isinstance(checked, Fault):
        return _wrong(state, facts, sheet, checked)
    decided = ask(state, facts, sheet.answered(question.key, checked))
    return replace(decided, actions=(AnswerSurvey(question.key, checked),))


def words(state: State, incoming: Words, facts: Facts, sheet: Sheet) -> Step | None:
    """Typed words at a question; None when they are a command, or an emergency that is no answer."""
    danger = facts.reading.safety if facts.reading else None
    decided = _typed(state, incoming, facts, sheet)
    if decided is None or danger not in KNOWN or incoming.word.command is not None:
        return decided
    if not decided.actions:
        return None
    if danger in DISTRESS:
        return replace(decided, state=state.idle(), replies=(Numbers(danger), Say(("survey.heard_gently",))))
    return replace(decided, replies=(Numbers(danger), Say(("survey.was_an_answer",)), *decided.replies))


def _typed(state: State, incoming: Words, facts: Facts, sheet: Sheet) -> Step | None:
    question, word = sheet.question, incoming.word
    if question is None or question.key != stage_of(state):
        return ask(state, facts, sheet, lead=(Say(("survey.asked_anew",)),))
    if not _names_a_choice(question, incoming.text):
        left = _command(state, word, facts, sheet, question)
        if left is not None:
            return left
        if word.command in _STILL_COMMANDS:
            return None
    decided = _read(state, incoming.text, facts, sheet, question)
    is_command = word.command is not None or word.submission is not None
    return None if is_command and not decided.actions and _is_refused(decided) else decided


def _is_refused(decided: Step) -> bool:
    return isinstance(decided.replies[0], Plain)


def _names_a_choice(question: Question, text: str) -> bool:
    wanted = folded(text)
    return any(folded(one.text) == wanted for one in question.choices)


def _command(state: State, word: Word, facts: Facts, sheet: Sheet, question: Question) -> Step | None:
    """戻る, あとで, やめる and the words of the other buttons."""
    way = way_out(word.plain)
    if way == "back":
        return back(state, facts, sheet)
    if way:
        return later(state, facts, sheet) if way == "later" else stop(state, facts, sheet)
    if question.type in STEPWISE and word.plain in _DONE_WORDS:
        return _done(state, facts, sheet, question)
    if question.type in STEPWISE and word.plain in _CLEAR_WORDS:
        return ask(state, facts, sheet, again=True)
    if word.plain in _KEEP_WORDS and sheet.given is not None:
        return _settle(state, facts, sheet, question, sheet.given)
    return skip(state, facts, sheet, question) if folded(word.plain) in SKIP_WORDS else None


def _read(state: State, text: str, facts: Facts, sheet: Sheet, question: Question) -> Step:
    picks = picks_of(state, sheet, question)
    if asks_words(state, question):
        return _settle(state, facts, sheet, question, replace(picking.as_answer(question, picks), text=text))
    if question.type is QuestionType.MATRIX:
        return _read_row(state, text, facts, sheet, question, picks)
    # How many are chosen is looked at once the answer is whole.
    lenient = replace(question, required=False)
    if picks:
        lenient = replace(lenient, min=None, max=None)
    read = read_answer(lenient, text)
    if isinstance(read, Fault):
        return _wrong(state, facts, sheet, read)
    if picks or (question.type is QuestionType.RANKING and len(read.choices) == 1):
        added = tuple(one for one in read.choices if one not in picks)
        return _pick(state, facts, sheet, question, (*picks, *added))
    return _settle(state, facts, sheet, question, read)


def _read_row(state: State, text: str, facts: Facts, sheet: Sheet, question: Question, picks: Picks) -> Step:
    row = picking.row_at(question, picks)
    whole = read_answer(question, text) if not picks else None
    if isinstance(whole, Answer) and len(whole.cells) > 1:
        return _settle(state, facts, sheet, question, whole)
    if row is None:
        return _settle(state, facts, sheet, question, picking.as_answer(question, picks))
    read = read_answer(picking.one_row(question, row), text)
    if isinstance(read, Fault):
        return _wrong(state, facts, sheet, read)
    column = read.choices[0] if read.choices else ""
    return _cell(state, facts, sheet, question, picking.with_cell(picks, row.key, column))


def _cell(state: State, facts: Facts, sheet: Sheet, question: Question, picks: Picks) -> Step:
    if picking.row_at(question, picks) is not None:
        return ask(state, facts, sheet, picks=picks, again=True)
    return _settle(state, facts, sheet, question, picking.as_answer(question, picks))


def _pick(state: State, facts: Facts, sheet: Sheet, question: Question, picks: Picks) -> Step:
    most = question.max
    if most is not None and len(picks) > most:
        return _wrong(state, facts, sheet, Fault(FaultKind.TOO_MANY, limit=most))
    if picking.is_whole(question, picks):
        return _settle(state, facts, sheet, question, Answer(choices=picks))
    return ask(state, facts, sheet, picks=picks, again=True)


def _done(state: State, facts: Facts, sheet: Sheet, question: Question) -> Step:
    picks = picks_of(state, sheet, question)
    if not picks or question.type is QuestionType.MATRIX:
        return _wrong(state, facts, sheet, Fault(FaultKind.NOT_A_CHOICE))
    return _settle(state, facts, sheet, question, picking.as_answer(question, picks))


def skip(state: State, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """「とばす」: the words of その他, the row, or the question."""
    picks = picks_of(state, sheet, question)
    if asks_words(state, question):
        return _settle(state, facts, sheet, question, picking.as_answer(question, picks))
    if question.required:
        return _wrong(state, facts, sheet, Fault(FaultKind.REQUIRED))
    row = picking.row_at(question, picks) if picks and question.type is QuestionType.MATRIX else None
    if row is not None:
        return _cell(state, facts, sheet, question, picking.with_cell(picks, row.key, ""))
    return _settle(state, facts, sheet, question, Answer())


def media(state: State, incoming: Media | Place | Sticker, facts: Facts, sheet: Sheet) -> Step:
    """A photo or a place, where the question asks for it; anything else is told that it is none."""
    question = sheet.question
    if question is None or question.key != stage_of(state):
        return ask(state, facts, sheet, lead=(Say(("survey.asked_anew",)),))
    if isinstance(incoming, Place) and question.type is QuestionType.LOCATION:
        place = GivenPlace(incoming.latitude, incoming.longitude, incoming.address)
        return _settle(state, facts, sheet, question, Answer(place=place))
    if isinstance(incoming, Media) and incoming.name and question.type is QuestionType.PHOTO:
        return _settle(state, facts, sheet, question, Answer(photo=incoming.name))
    picks = picks_of(state, sheet, question)
    mode = WORDS_MODE if asks_words(state, question) else ""
    return ask(state, facts, sheet, lead=(Say(("survey.not_here",)),), picks=picks, mode=mode, again=True)


# Buttons


def tapped_choice(state: State, press: Press, facts: Facts, sheet: Sheet) -> Step:
    """A choice was tapped: of the open question, or of an earlier one, which changes that answer."""
    _, key, choice, row = (press.argument.split("/") + [""] * 4)[:4]
    question = sheet.question
    if question is not None and question.key == key:
        return _tapped(state, facts, sheet, question, choice, row)
    earlier = next((one for one in sheet.on_way if one.key == key), None)
    if earlier is None or earlier.choice(choice) is None:
        return ask(state, facts, sheet, again=True)
    if earlier.type in STEPWISE:
        decided = _tapped(state, facts, sheet.turned_to(key), sheet.seen(earlier), choice, row)
        return replace(decided, actions=(TurnSurvey(key), *decided.actions))
    if choice in sheet.answers[key].choices:
        return ask(state, facts, sheet, again=True)
    decided = _settle(state, facts, sheet.turned_to(key), sheet.seen(earlier), Answer(choices=(choice,)))
    if not decided.actions:
        return replace(decided, actions=(TurnSurvey(key),))
    return replace(decided, replies=(Say(("survey.changed",)), *decided.replies))


def _tapped(state: State, facts: Facts, sheet: Sheet, question: Question, key: str, row: str) -> Step:
    picks = picks_of(state, sheet, question)
    if question.choice(key) is None:
        return ask(state, facts, sheet, picks=picks, again=True)
    if question.type is QuestionType.MATRIX:
        known = any(one.key == row for one in question.rows)
        return _cell(state, facts, sheet, question, picking.with_cell(picks, row, key) if known else picks)
    if question.type in STEPWISE:
        return _pick(state, facts, sheet, question, picking.tapped(question, picks, key))
    return _settle(without_words(state), facts, sheet, question, Answer(choices=(key,)))


def without_words(state: State) -> State:
    """The state without the question for words: another choice was tapped instead."""
    if state.flow is not Flow.SURVEY or len(state.offered) < 3:
        return state
    return replace(state, offered=(*state.offered[:2], "", *state.offered[3:]))


def done_pressed(state: State, press: Press, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """「決定」."""
    del press
    return _done(state, facts, sheet, question)


def clear_pressed(state: State, press: Press, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """「選び直す」."""
    del press, question
    return ask(state, facts, sheet, again=True)


def skip_pressed(state: State, press: Press, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """「とばす」."""
    del press
    return skip(state, facts, sheet, question)


def keep_pressed(state: State, press: Press, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """「このまま」: the answer from before stands."""
    del press
    given = sheet.given
    return _settle(state, facts, sheet, question, given) if given is not None else ask(state, facts, sheet, again=True)


def date_pressed(state: State, press: Press, facts: Facts, sheet: Sheet, question: Question) -> Step:
    """A day picked in the calendar."""
    if not press.day:
        return _wrong(state, facts, sheet, Fault(FaultKind.NOT_A_DATE))
    return _settle(state, facts, sheet, question, Answer(text=press.day))
