"""An answer on paper: the letter to the citizen, and the history of its approval. Pages and PDF."""

from collections.abc import Iterable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from admin import formats
from admin.access import allow
from admin.answers import blueprint
from admin.choices import day
from admin.context import actor, db, note_view, now, services
from admin.documents import contents, letters
from feedback.answers import queries
from feedback.answers.queries import AnswerView, EventView
from feedback.answers.rules import ANSWER_STATE_NAMES, APPROVAL_ACTION_NAMES, METHOD_NAMES, AnswerState
from feedback.errors import Invalid
from feedback.letters import service
from feedback.letters.queries import Sheet, sheets
from feedback.letters.rules import LONGEST_NUMBER, LONGEST_TITLE, USUAL_TITLE
from feedback.letters.service import NOT_DECIDED, Head
from feedback.opinions import details
from feedback.opinions.details import MatterView
from feedback.staff.rules import Permission

__all__ = ["blueprint"]
_HIDDEN = "（個人情報を見る権限がないため、表示していません）"


@blueprint.get("/<int:answer_id>/letter")
@allow(Permission.VIEW_MATTERS)
def letter(matter_id: int, answer_id: int) -> Any:
    """The decided answer as a letter: how it will look, and what stands at its head."""
    matter = details.matter_view(db(), matter_id, actor=actor())
    sheet = _sheet(matter_id, answer_id)
    return render_template(
        "answers/letter.html",
        matter=matter,
        sheet=sheet,
        answer=queries.answer_of(db(), matter_id, answer_id, actor=actor()),
        pages=letters.previews(sheet, services().settings, personal=_personal()),
        unprintable=letters.unprintable(sheet),
        usual_title=USUAL_TITLE,
        longest=(LONGEST_NUMBER, LONGEST_TITLE),
    )


@blueprint.get("/<int:answer_id>/letter.pdf")
@allow(Permission.VIEW_MATTERS)
def letter_file(matter_id: int, answer_id: int) -> Response:
    """The letter for the printer."""
    sheet = _sheet(matter_id, answer_id)
    made = letters.as_pdf([sheet], services().settings, personal=_personal())
    return pdf_response(made, f"{sheet.receipt}_回答.pdf")


@blueprint.post("/<int:answer_id>/letter")
@allow(Permission.WORK_MATTERS)
def write_letter(matter_id: int, answer_id: int) -> Any:
    """Write down the head of the letter; print it when that was asked."""
    queries.answer_of(db(), matter_id, answer_id, actor=actor())
    head = Head(
        number=request.form.get("number", ""),
        title=request.form.get("title", ""),
        dated_on=day(request.form.get("dated_on")),
        with_seal="with_seal" in request.form,
    )
    service.describe(db(), answer_id, head, actor=actor(), at=now())
    if request.form.get("do") == "print":
        service.printed(db(), [answer_id], actor=actor(), at=now())
        return redirect(url_for(".letter_file", matter_id=matter_id, answer_id=answer_id), 303)
    flash("手紙の体裁を保存しました。", "success")
    return redirect(url_for(".letter", matter_id=matter_id, answer_id=answer_id))


@blueprint.get("/<int:answer_id>/approval")
@allow(Permission.VIEW_MATTERS)
def approval(matter_id: int, answer_id: int) -> Any:
    """決裁履歴, to print."""
    matter, answer = _viewed(matter_id, answer_id)
    return render_template("answers/approval.html", matter=matter, answer=answer, printed_at=now())


@blueprint.get("/<int:answer_id>/approval.pdf")
@allow(Permission.VIEW_MATTERS)
def approval_file(matter_id: int, answer_id: int) -> Response:
    """決裁履歴 as PDF, to keep with the file."""
    matter, answer = _viewed(matter_id, answer_id)
    return pdf_response(contents.as_pdf(_history(matter, answer)), f"{matter.receipt}_決裁履歴.pdf")


def pdf_response(made: bytes, name: str) -> Response:
    """A PDF that opens in the browser, under a name to save it by."""
    response = Response(made, content_type="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def note_letters(shown: Iterable[Sheet]) -> None:
    """Write into the audit trail whose letters were shown."""
    for one in shown:
        note_view(
            action="answer.letter_shown",
            subject_type="matter",
            subject_id=one.matter_id,
            detail={"answer_id": one.answer_id},
        )


def _sheet(matter_id: int, answer_id: int) -> Sheet:
    answer = queries.answer_of(db(), matter_id, answer_id, actor=actor())
    if answer.state not in {AnswerState.APPROVED, AnswerState.SENT}:
        raise Invalid(NOT_DECIDED)
    [sheet] = sheets(db(), [answer_id], actor=actor(), now=now())
    note_letters([sheet])
    return sheet


def _viewed(matter_id: int, answer_id: int) -> tuple[MatterView, AnswerView]:
    matter = details.matter_view(db(), matter_id, actor=actor())
    answer = queries.answer_of(db(), matter_id, answer_id, actor=actor())
    note_view(action="answer.viewed", subject_type="matter", subject_id=matter_id, detail={"answer_id": answer_id})
    return matter, answer


def _personal() -> bool:
    return actor().may(Permission.VIEW_PERSONAL_DATA)


def _history(matter: MatterView, answer: AnswerView) -> contents.Document:
    facts = [
        ("受付番号", f"{matter.receipt}（件{matter.number}）"),
        ("受付日", formats.jdate(matter.received_at)),
        ("担当課", matter.department),
        ("分野", matter.area_name or "未定"),
        ("起案", answer.drafter),
        ("回答の方法", METHOD_NAMES[answer.method]),
        ("決裁日時", formats.jdatetime(answer.approved_at)),
        ("状況", ANSWER_STATE_NAMES[answer.state]),
    ]
    rows = [_event(one) for one in answer.events]
    way: contents.Block = (
        contents.Table(["日時", "職員", "内容", "版", "コメント"], rows, widths=(24, 24, 16, 10, 46))
        if rows
        else contents.Paragraph("まだ提出されていません。")
    )
    city = services().settings.city_name
    return contents.Document(
        title="決裁履歴",
        header=f"{matter.receipt}　決裁履歴",
        footer=f"{city}　{formats.short_datetime(now())}　{actor().name} 出力",
        blocks=[
            contents.Facts(facts),
            contents.Heading("決裁の経過", 1),
            way,
            contents.Heading("回答の文章", 1),
            contents.Paragraph(answer.body if _personal() else _HIDDEN),
        ],
    )


def _event(one: EventView) -> list[str]:
    who = f"{one.staff}\n（{one.instead_of}の代決）" if one.instead_of else one.staff
    moment = formats.short_datetime(one.at)
    return [moment, who, APPROVAL_ACTION_NAMES[one.action], f"第{one.version_number}版", one.comment or ""]
