"""A question as the editor's form sends it. Buttons beside the choices change the form before it is saved."""

from dataclasses import replace
from typing import Final

from werkzeug.datastructures import MultiDict

from feedback.errors import Invalid
from feedback.surveys.definition import (
    BRANCHING,
    OTHERWISE,
    WITH_CHOICES,
    WRITTEN,
    Choice,
    Question,
    QuestionType,
)
from feedback.surveys.editing import blank

Form = MultiDict[str, str]
GRADED: Final = frozenset({QuestionType.SCALE, QuestionType.NPS})
CHOOSING: Final = WITH_CHOICES | {QuestionType.DISTRICT}
BOUNDED: Final = WRITTEN | {QuestionType.NUMBER, QuestionType.MULTIPLE, QuestionType.RANKING}
BRANCHES: Final = BRANCHING
_MOST: Final = 60
_FLAGS: Final = ("other", "exclusive", "fixed")


def read_question(form: Form, before: Question) -> Question:
    """The question the form holds. Invalid when a number is none."""
    kind = _kind(form, before)
    choices = _choices(form, "choice", graded=kind in GRADED) if kind in CHOOSING else ()
    rows = _choices(form, "row", graded=False) if kind is QuestionType.MATRIX else ()
    question = Question(
        key=form.get("key", "").strip() or before.key,
        type=kind,
        text=_words(form, "text"),
        required="required" in form and kind is not QuestionType.SECTION,
        help=_words(form, "help"),
        choices=choices,
        rows=rows,
        min=_number(form, "min", "最小") if kind in BOUNDED else None,
        max=_number(form, "max", "最大") if kind in BOUNDED else None,
        shuffle="shuffle" in form and bool(choices),
        next=_next(form, choices, kind),
        unit=_words(form, "unit") if kind is QuestionType.NUMBER else "",
        positive=_flagged(form, "positive", choices),
        voice="voice" in form if kind in WRITTEN else False,
        image=_words(form, "image"),
    )
    question = _converted(question, before)
    return _pressed(question, form.get("do", ""), form)


def _kind(form: Form, before: Question) -> QuestionType:
    wanted = form.get("type", "")
    return QuestionType(wanted) if wanted in list(QuestionType) else before.type


def _words(form: Form, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def _number(form: Form, name: str, title: str) -> float | None:
    written = form.get(name, "").strip()
    if not written:
        return None
    try:
        number = float(written)
    except ValueError:
        raise Invalid(f"「{title}」は数字で入力してください。") from None
    if not -1e12 < number < 1e12:
        raise Invalid(f"「{title}」は数字で入力してください。")
    return number


def _choices(form: Form, kind: str, *, graded: bool) -> tuple[Choice, ...]:
    keys, texts = form.getlist(f"{kind}_key")[:_MOST], form.getlist(f"{kind}_text")[:_MOST]
    values = form.getlist(f"{kind}_value")
    marked = {flag: set(form.getlist(f"{kind}_{flag}")) for flag in _FLAGS}
    found: list[Choice] = []
    for place, (key, text) in enumerate(zip(keys, texts, strict=False)):
        named = key.strip() or new_choice_key([*keys, *(one.key for one in found)])
        on = {flag: str(place) in marked[flag] for flag in _FLAGS}
        value = _value(values[place]) if graded and place < len(values) else None
        found.append(Choice(named, text.strip(), value=value, **on))
    return tuple(found)


def _value(written: str) -> float | None:
    try:
        return float(written) if written.strip() else None
    except ValueError:
        raise Invalid("「点数」は数字で入力してください。") from None


def new_choice_key(taken: list[str]) -> str:
    """A key that no choice has: 1, 2 …"""
    return next(key for number in range(1, len(taken) + 2) if (key := str(number)) not in taken)


def _flagged(form: Form, name: str, choices: tuple[Choice, ...]) -> tuple[str, ...]:
    places = set(form.getlist(name))
    return tuple(one.key for place, one in enumerate(choices) if str(place) in places)


def _next(form: Form, choices: tuple[Choice, ...], kind: QuestionType) -> tuple[tuple[str, str], ...]:
    targets = form.getlist("choice_next")
    found = []
    if kind in BRANCHES:
        found = [(one.key, target) for one, target in zip(choices, targets, strict=False) if target]
    otherwise = form.get("otherwise", "")
    return tuple([*found, (OTHERWISE, otherwise)] if otherwise else found)


def _converted(question: Question, before: Question) -> Question:
    """With what a new type needs, and without what it cannot have."""
    if question.type is before.type:
        return question
    fresh = blank(question.type, question.key)
    if question.type in GRADED or (not question.choices and fresh.choices):
        question = replace(question, choices=fresh.choices, positive=fresh.positive)
    if fresh.rows and not question.rows:
        question = replace(question, rows=fresh.rows)
    keys = {one.key for one in question.choices} | {OTHERWISE}
    return replace(question, voice=fresh.voice, next=tuple(one for one in question.next if one[0] in keys))


def _pressed(question: Question, do: str, form: Form) -> Question:
    """After a button of the list of choices: add, paste, up, down, remove."""
    what, _, rest = do.partition("-")
    if what not in {"choice", "row"}:
        return question
    pasted = form.get(f"{what}_paste", "")
    if what == "row":
        return replace(question, rows=tuple(_changed(list(question.rows), rest, pasted, question)))
    listed = _changed(list(question.choices), rest, pasted, question)
    kept = {one.key for one in listed} | {OTHERWISE}
    return replace(
        question,
        choices=tuple(listed),
        next=tuple(one for one in question.next if one[0] in kept),
        positive=tuple(one for one in question.positive if one in kept),
    )


def _changed(listed: list[Choice], press: str, pasted: str, question: Question) -> list[Choice]:
    what, _, number = press.partition("-")
    place = int(number) if number.isdecimal() and len(number) < 4 else 0
    lines = [""] if what == "add" else [one.strip() for one in pasted.splitlines() if one.strip()]
    if what in {"add", "paste"}:
        for line in lines[:_MOST]:
            key = new_choice_key([one.key for one in listed])
            value = float(len(listed) + 1) if question.type in GRADED else None
            listed.append(Choice(key, line, value=value))
    elif place < len(listed):
        one = listed.pop(place)
        if what in {"up", "down"}:
            listed.insert(max(place - 1, 0) if what == "up" else place + 1, one)
    return listed
