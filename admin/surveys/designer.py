"""The editor: questions in their order, one of them open, a check and a preview of what stands in the form."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.context import actor, db, now
from admin.surveys.base import blueprint, render, worked_on
from admin.surveys.preview import chat_parts
from admin.surveys.question_form import BOUNDED, BRANCHES, CHOOSING, GRADED, read_question
from feedback.errors import Conflict, Invalid
from feedback.staff.rules import Permission
from feedback.surveys import editing, service
from feedback.surveys.definition import TYPE_NAMES, WRITTEN, Definition, Question, QuestionType
from feedback.surveys.ways import ways

_KINDS = {
    "choosing": CHOOSING,
    "graded": GRADED,
    "bounded": BOUNDED,
    "branching": BRANCHES,
    "written": WRITTEN,
}


@blueprint.get("/<key>/questions")
@allow(Permission.MANAGE_SURVEYS)
def design(key: str) -> Any:
    """The questions; the one of ``at`` is open."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    return _page(key, definition, request.args.get("at"))


@blueprint.post("/<key>/questions/<question>")
@allow(Permission.MANAGE_SURVEYS)
def save_question(key: str, question: str) -> Any:
    """Keep the open question, after the button that was pressed."""
    _, definition = worked_on(service.survey_of(db(), key))
    before = definition.questions[editing.place_of(definition, question)]
    if request.form.get("was") != fingerprint(before):
        raise Conflict("ほかの人がこの質問を変更しました。開き直してから、もう一度変更してください。")
    try:
        read = read_question(request.form, before)
        if read.key != question and definition.question(read.key) is not None:
            raise Invalid(f"キー「{read.key}」は、ほかの質問で使われています。")
        _save(editing.replaced(definition, question, read))
    except Invalid as error:
        flash(str(error), "error")
        return redirect(url_for(".design", key=key, at=question))
    if request.form.get("do", "save") == "save":
        flash("質問を保存しました。", "success")
    return redirect(url_for(".design", key=key, at=read.key, _anchor=_anchor(request.form.get("do", ""))))


def _anchor(do: str) -> str | None:
    return "choices" if do.startswith("choice") else "rows" if do.startswith("row") else None


@blueprint.post("/<key>/questions/<question>/check")
@allow(Permission.MANAGE_SURVEYS)
def check_question(key: str, question: str) -> Any:
    """What is wrong with the question as it stands in the form, and how it will look; nothing is kept."""
    _, definition = worked_on(service.survey_of(db(), key))
    before = definition.questions[editing.place_of(definition, question)]
    try:
        read = read_question(request.form, before)
    except Invalid as error:
        return render_template("surveys/checked.html", found=[str(error)], part=None, preview=None)
    changed = editing.replaced(definition, question, read)
    return render_template("surveys/checked.html", **_checked(changed, read))


def _checked(definition: Definition, question: Question) -> dict[str, Any]:
    _, by_question = editing.faults_by_question(definition)
    return {"found": by_question.get(question.key, []), "part": chat_parts(definition, question), "preview": question}


@blueprint.post("/<key>/questions")
@allow(Permission.MANAGE_SURVEYS)
def arrange(key: str) -> Any:
    """Add, copy, move, delete a question, or bring a deleted one back."""
    _, definition = worked_on(service.survey_of(db(), key))
    do, _, rest = request.form.get("do", "").partition(":")
    chosen = rest or request.form.get("question", "")
    steps: dict[str, Callable[[Definition, str], tuple[Definition, str]]] = {
        "add": _add,
        "copy": editing.copied,
        "up": lambda one, at: (editing.moved(one, at, step=-1), at),
        "down": lambda one, at: (editing.moved(one, at, step=1), at),
        "restore": _restore,
    }
    if do == "remove":
        return _remove(key, definition, chosen)
    if do not in steps:
        raise Invalid("操作を選び直してください。")
    changed, at = steps[do](definition, chosen)
    _save(changed)
    return redirect(url_for(".design", key=key, at=at, _anchor=f"q-{at}" if do in {"up", "down"} else None))


def _add(definition: Definition, after: str) -> tuple[Definition, str]:
    wanted = request.form.get("type", "")
    kind = QuestionType(wanted) if wanted in list(QuestionType) else QuestionType.SINGLE
    return editing.added(definition, kind, after=after or None)


def _restore(definition: Definition, _chosen: str) -> tuple[Definition, str]:
    try:
        question = editing.question_of(json.loads(request.form.get("removed", "")))
        place = int(request.form.get("place", "0"))
    except ValueError:
        raise Invalid("元に戻せませんでした。") from None
    changed = editing.inserted(definition, question, place)
    return changed, changed.questions[min(max(place, 0), len(changed.questions) - 1)].key


def _remove(key: str, definition: Definition, chosen: str) -> Any:
    place = editing.place_of(definition, chosen)
    gone, rest = definition.questions[place], editing.removed(definition, chosen)
    _save(rest)
    near = rest.questions[min(place, len(rest.questions) - 1)].key if rest.questions else None
    undo = {"removed": json.dumps(editing.document_of_question(gone), ensure_ascii=False), "place": place}
    return _page(key, rest, near, undo=undo | {"text": gone.text})


def _save(definition: Definition) -> None:
    service.save(db(), definition, actor=actor(), at=now())


def _page(key: str, definition: Definition, at: str | None, *, undo: dict[str, Any] | None = None) -> str:
    survey = service.survey_of(db(), key)
    version, _ = worked_on(survey)
    whole, by_question = editing.faults_by_question(definition)
    opened = definition.question(at or "") or (definition.questions[0] if definition.questions else None)
    place = definition.questions.index(opened) if opened else 0
    return render(
        "design",
        survey,
        definition,
        version=version,
        opened=opened,
        place=place,
        was=fingerprint(opened) if opened else "",
        later=[
            (one.key, f"問{number}　{_short(one.text)}") for number, one in _numbered(definition) if number > place + 1
        ],
        branches=dict(opened.next) if opened else {},
        faults_of_whole=whole,
        faults_by_question=by_question,
        types=TYPE_NAMES,
        kinds=_KINDS,
        undo=undo,
        **(_checked(definition, opened) if opened else {"found": [], "part": None, "preview": None}),
    )


def _numbered(definition: Definition) -> list[tuple[int, Question]]:
    return list(enumerate(definition.questions, 1))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 24 else f"{line[:23]}…"


def fingerprint(question: Question) -> str:
    """Changes with the question: two who edit it at a time are told."""
    document = json.dumps(editing.document_of_question(question), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(document.encode()).hexdigest()[:16]


@blueprint.get("/<key>/ways")
@allow(Permission.MANAGE_SURVEYS)
def show_ways(key: str) -> Any:
    """Which question follows which."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    whole, by_question = editing.faults_by_question(definition)
    found = ways(definition)
    return render(
        "ways",
        survey,
        definition,
        arcs=_arcs(found, len(definition.questions)),
        steps=[[way for way in found if way.start == place] for place in range(len(definition.questions))],
        faults_of_whole=whole,
        faults_by_question=by_question,
        types=TYPE_NAMES,
        short=_short,
    )


def _arcs(found: list[Any], _count: int) -> list[dict[str, Any]]:
    """The jumps as arcs to draw beside the list: rows of 64 pixels, wider the further they reach."""
    return [
        {
            "from": way.start * 64 + 32,
            "to": way.target * 64 + 32,
            "bend": min(16 + (way.target - way.start) * 10, 150),
            "words": "・".join(way.words),
        }
        for way in found
        if way.target != way.start + 1
    ]
