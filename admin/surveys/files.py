"""Results to take away: the report as PDF and Word, the tables with native charts as XLSX, the answers as CSV."""

import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from flask import Response, request

from admin.access import allow
from admin.context import actor, db, note_view, services
from admin.documents.contents import Block, Chart, Document, Facts, Heading, Note, Paragraph, Table, as_pdf
from admin.documents.words import as_word
from admin.surveys import figures
from admin.surveys.base import blueprint
from admin.surveys.results import wish_of
from admin.tables.plain import write_rows
from admin.tables.writing import CONTENT_TYPES, Format
from feedback.clock import era_date
from feedback.errors import NotAllowed, NotFound
from feedback.staff.rules import Permission
from feedback.surveys import exporting, service
from feedback.surveys.models import Survey
from feedback.surveys.queries import questions_of
from feedback.surveys.reporting import SurveyResults, results_of
from feedback.surveys.sampling import SHARES, quick_table

_NOTE = (
    "割合は小数第2位を四捨五入しているため、合計が100％にならないことがあります。複数回答の質問は合計が100％を超えます。"
    "0.0は表示の単位に満たないもの、-は該当する回答がないものです。n＜30は参考値です。"
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<key>/files/<kind>")
@allow(Permission.MANAGE_SURVEYS)
def result_file(key: str, kind: str) -> Any:
    """The results, or the answers, as a file. Noted in the audit trail before it leaves."""
    survey = service.survey_of(db(), key)
    makers = {"report.pdf": "application/pdf", "report.docx": _WORD, "tables.xlsx": _XLSX}
    if kind in makers:
        found = results_of(db(), survey, wish_of(survey, questions_of(db(), survey, None)))
        outside = "outside" in request.args
        content: bytes | Iterable[bytes] = (
            _workbook(found, outside=outside)
            if kind == "tables.xlsx"
            else (as_pdf if kind == "report.pdf" else as_word)(report_of(survey, found, outside=outside))
        )
        content_type = makers[kind]
    elif kind in {"answers.csv", "codebook.csv"}:
        if not actor().may(Permission.EXPORT_OPINIONS):
            raise NotAllowed("回答を書き出す権限がありません。")
        content, content_type = list(_csv(survey, kind)), CONTENT_TYPES[Format.CSV]
    else:
        raise NotFound("このファイルはありません。")
    note_view(action="survey.exported", subject_type="survey", subject_id=key, detail={"file": kind})
    disposition = f'attachment; filename="{key}-{kind}"'
    return Response(content, content_type=content_type, headers={"Content-Disposition": disposition})


def report_of(survey: Survey, found: SurveyResults, *, outside: bool) -> Document:
    """The survey report: 調査設計, then each question with table and chart."""
    blocks: list[Block] = [Heading("調査設計", 1), Facts(_design(found))]
    blocks.append(Note(_NOTE + ("xは件数が少ないため伏せたものです。" if outside else "")))
    blocks += _errors(found)
    blocks.append(Heading("調査結果", 1))
    for one in found.questions:
        blocks += _question(found, figures.block_of(one, outside=outside), outside=outside)
    return Document(f"{survey.title}　報告書", blocks, footer=services().settings.city_name, contents=True)


def _design(found: SurveyResults) -> list[tuple[str, str]]:
    plan, days = found.plan, found.days
    period = f"{era_date(days[0][0])}～{era_date(days[-1][0])}" if days else "―"
    rate = f"（有効回収率 {found.rate * 100:.1f}％）" if found.rate is not None else ""
    return [
        ("調査の対象", plan.audience or "―"),
        ("抽出法", plan.drawing or ("無作為抽出" if plan.random else "自由参加")),
        ("標本数", f"{plan.sample:,}" if plan.sample else "―"),
        ("調査の方法", plan.way or "、".join(found.sources)),
        ("調査の期間", period),
        ("有効回収数", f"{found.responses:,}{rate}"),
    ]


def _errors(found: SurveyResults) -> list[Block]:
    if not found.plan.random or not found.responses:
        return []
    head = ["回答数", *(f"{share:.0%}" for share in SHARES)]
    rows = [
        [f"n={row.n:,}", *(f"±{one * 100:.2f}" for one in row.errors)]
        for row in quick_table(found.responses, found.plan.population)
    ]
    return [Table(head, rows, caption="標本誤差の早見表（信頼度95％、単位：％）", numbers=(1, 2, 3, 4, 5))]


def _question(found: SurveyResults, block: figures.Block, *, outside: bool) -> list[Block]:
    said: list[Block] = [Heading(f"問{block.result.number}　{block.result.question.text}", 2)]
    said.append(Paragraph("　".join(filter(None, (block.kind, block.n, *block.facts)))))
    said.append(_table(block.simple))
    if not outside and figures.has_band(block.result) and block.result.base.n:
        height = 130 + 34 * (len(block.result.rows) + len(block.result.base.rows) + 1)
        option = figures.band_option(block.result)
        said.append(Chart(option, f"問{block.result.number}の帯グラフ。数値は表にあります。", height=min(height, 820)))
    if block.crossed:
        said.append(Heading(f"{found.axis_name}別", 3))
        said.append(_table(block.crossed))
    return said


def _table(table: figures.Table) -> Table:
    numbers = tuple(range(1, len(table.head)))
    return Table(table.head, table.rows, caption=table.caption, numbers=numbers, emphasised=table.sums)


def _csv(survey: Survey, kind: str) -> Iterable[bytes]:
    columns = exporting.columns_of(db(), survey, labels=False)
    names = [*(name for name, _ in exporting.KNOWN), *(one.name for one in columns)]
    if kind == "answers.csv":
        rows: Iterable[Any] = exporting.rows_of(db(), survey, columns)
        return write_rows(rows, names=names, headings=names, file_format=Format.CSV, sheet="回答")
    heads = ["項目", "見出し", "値", "意味"]
    return write_rows(_codebook(survey, columns), names=heads, headings=heads, file_format=Format.CSV, sheet="符号表")


def _codebook(survey: Survey, columns: list[exporting.Column]) -> Iterable[list[str]]:
    questions = questions_of(db(), survey, None)
    for name, heading in exporting.KNOWN:
        yield [name, heading, "", ""]
    for one in columns:
        key, _, part = one.name.partition(".")
        question = questions[key]
        if part and not question.rows:
            yield [one.name, one.heading, "" if part == "text" else "1・0（順位の質問では順位）", ""]
            continue
        yield [one.name, one.heading, "", question.type.value]
        for choice in question.choices:
            yield [one.name, "", choice.key, choice.text]


def _workbook(found: SurveyResults, *, outside: bool) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#E8F1FE", "bottom": 1, "text_wrap": True})
        bold = workbook.add_format({"bold": True})
        page = workbook.add_worksheet("調査設計")
        page.set_column(0, 0, 18)
        page.set_column(1, 1, 60)
        for row, (name, value) in enumerate(_design(found)):
            page.write_string(row, 0, name, bold)
            page.write_string(row, 1, value)
        page.write_string(8, 0, _NOTE)
        for one in found.questions:
            _sheet(workbook, figures.block_of(one, outside=outside), head, bold)
    return file.getvalue()


def _sheet(workbook: Any, block: figures.Block, head: Any, bold: Any) -> None:
    name = f"問{block.result.number}"
    page = workbook.add_worksheet(name)
    page.set_column(0, 0, 36)
    page.write_string(0, 0, f"{name}　{block.result.question.text}", bold)
    page.write_string(1, 0, "　".join(filter(None, (block.kind, block.n, *block.facts))))
    last = _grid(page, 3, block.simple, head)
    column = 2
    chart = workbook.add_chart({"type": "bar"})
    shown = [place for place in range(len(block.simple.rows)) if place not in block.simple.sums]
    if shown:
        chart.add_series(
            {
                "name": [name, 3, column],
                "categories": [name, 4, 0, 3 + len(shown), 0],
                "values": [name, 4, column, 3 + len(shown), column],
                "data_labels": {"value": True},
                "fill": {"color": "#0017C1"},
            }
        )
        chart.set_y_axis({"reverse": True})
        chart.set_title({"name": block.simple.caption})
        chart.set_legend({"none": True})
        page.insert_chart(3, max(len(block.simple.head), 5) + 1, chart)
    if block.crossed:
        page.write_string(max(last, 20) + 1, 0, block.crossed.caption, bold)
        _grid(page, max(last, 20) + 2, block.crossed, head)


def _grid(page: Any, top: int, table: figures.Table, head: Any) -> int:
    """Write a table, figures as numbers. Returns the row behind it."""
    for column, words in enumerate(table.head):
        page.write_string(top, column, words, head)
    for row, cells in enumerate(table.rows, top + 1):
        for column, words in enumerate(cells):
            plain = words.replace(",", "")
            if column and plain.replace(".", "", 1).replace("-", "", 1).isdecimal():
                page.write_number(row, column, float(plain))
            else:
                page.write_string(row, column, words)
    return top + 1 + len(table.rows)
