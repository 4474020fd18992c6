"""Documents as Word files (DOCX), for whoever has to go on writing in them. The same document gives the same bytes."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from admin.documents import charts
from admin.documents.contents import Block, Chart, Document, Facts, Heading, Note, PageBreak, Paragraph, Table

FONT = "游ゴシック"
"""On every Windows and Mac with Word; a Word file carries no fonts of its own."""
_SIZES = {"Normal": 10.5, "Title": 18.0, "Subtitle": 11.0, "Heading 1": 15.0, "Heading 2": 12.0, "Heading 3": 10.5}
_SMALL, _HEAD_COLOUR, _INK = Pt(9), "EEF1F6", RGBColor(0x1A, 0x1A, 0x1C)
_MARGIN, _SHORT, _LONG = Mm(22), Mm(210), Mm(297)
_SCREEN_DOTS_A_MM = 96 / 25.4
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001 (the time of no place: what Word shows as created)


_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_word(document: Document) -> bytes:
    """The document as a Word file: headings that Word lists, tables whose head stands again, pictures with words."""
    document = _writable(document)
    made = _begin(document)
    if document.contents:
        _field(
            made.add_paragraph(),
            'TOC \\o "1-2" \\h \\z',
            "目次は、この行を右クリックし「フィールド更新」で作られます。",
        )
        made.add_page_break()
    for block in document.blocks:
        _add(made, block)
    return _same_bytes(made)


def _writable(value: Any) -> Any:
    """The same without control characters, which Word's files cannot hold."""
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _writable(getattr(value, one.name)) for one in fields(value)})
    return value


def _begin(document: Document) -> Any:
    made = docx.Document()
    for name, size in _SIZES.items():
        _set_font(made.styles[name], size, bold=name.startswith(("Title", "Heading")))
    section = made.sections[0]
    section.page_width, section.page_height = (_LONG, _SHORT) if document.landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    section.header.paragraphs[0].text = document.header
    foot = section.footer.paragraphs[0]
    foot.text = f"{document.footer}　" if document.footer else ""
    _field(foot, "PAGE", "1")
    about = made.core_properties
    about.title, about.author, about.language = document.title, document.footer, "ja-JP"
    about.created = about.modified = _ALWAYS
    made.add_paragraph(document.title, "Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if document.subtitle:
        made.add_paragraph(document.subtitle, "Subtitle").alignment = WD_ALIGN_PARAGRAPH.CENTER
    return made


def _set_font(style: Any, size: float, *, bold: bool) -> None:
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), bold, False, _INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # The theme's fonts go before named ones, and its Japanese ones depend on the language of Windows.
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ja-JP")
    language.set(qn("w:eastAsia"), "ja-JP")
    style.element.rPr.append(language)


def _add(made: Any, block: Block) -> None:
    match block:
        case Chart():
            _add_chart(made, block)
        case Facts():
            _add_table(made, None, block.pairs)
        case Table():
            if block.caption:
                _caption(made, block.caption, keep=True)
            _add_table(made, block.header, block.rows, numbers=block.numbers, emphasised=block.emphasised)
        case _:
            _add_words(made, block)


def _add_words(made: Any, block: Heading | Paragraph | Note | PageBreak) -> None:
    match block:
        case Heading():
            made.add_heading(block.text, block.level)
        case Paragraph():
            for part in block.text.split("\n\n"):
                made.add_paragraph(part)
        case Note():
            made.add_paragraph().add_run(block.text).font.size = _SMALL
        case PageBreak():
            made.add_page_break()


def _add_chart(made: Any, block: Chart) -> None:
    section = made.sections[0]
    width = min(Mm(block.width / _SCREEN_DOTS_A_MM), section.page_width - 2 * _MARGIN)
    shape = made.add_picture(io.BytesIO(charts.png(block.option, block.width, block.height)), width=width)
    shape._inline.docPr.set("descr", block.alt)  # noqa: SLF001 (python-docx has no other way to the words of a picture)
    made.paragraphs[-1].paragraph_format.keep_with_next = bool(block.caption)
    if block.caption:
        _caption(made, block.caption, keep=False)


def _caption(made: Any, text: str, *, keep: bool) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment, paragraph.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, keep
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = _SMALL, True


def _add_table(
    made: Any,
    header: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    emphasised: Sequence[int] = (),
) -> None:
    """A table; without a head the first column names what stands beside it."""
    whole = ([header] if header else []) + list(rows)
    table = made.add_table(len(whole), len(whole[0]) if whole else 1, "Table Grid")
    for at, row in enumerate(whole):
        is_head = header is not None and at == 0
        cells = table.rows[at].cells
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            names = is_head or (header is None and column == 0)
            bold = names or at - bool(header) in emphasised
            _fill(cell, text, bold=bold, right=column in numbers, shaded=names)
        if is_head:
            table.rows[at]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (as above)
    made.add_paragraph()


def _fill(cell: Any, text: str, *, bold: bool, right: bool, shaded: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = _SMALL, bold
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shaded:
        colour = OxmlElement("w:shd")
        colour.set(qn("w:val"), "clear")
        colour.set(qn("w:fill"), _HEAD_COLOUR)
        cell._tc.get_or_add_tcPr().append(colour)  # noqa: SLF001 (as above)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    """What Word works out itself: the number of a page, a list of headings."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 (as above)


def _same_bytes(made: Any) -> bytes:
    written, whole = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.namelist():
            target.writestr(zipfile.ZipInfo(one, _ALWAYS.timetuple()[:6]), source.read(one), zipfile.ZIP_DEFLATED)
    return whole.getvalue()
