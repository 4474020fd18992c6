"""Printed documents: read back as their readers' programs do, the same bytes twice, no word lost or taken as markup."""

import io
import zipfile
from typing import Any, cast

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from admin.charts import bars
from admin.documents import charts, fonts, pdf
from admin.documents.contents import (
    Chart,
    Document,
    Facts,
    Heading,
    Note,
    PageBreak,
    Paragraph,
    Table,
    as_pages,
    as_pdf,
)
from admin.documents.words import as_word

ROWS = [[f"第{row}地区", f"{row:,}", "△5.2"] for row in range(1, 61)]
WHOLE = Document(
    "令和7年度 広聴年報",
    [
        Heading("総件数", 1),
        Paragraph("㈱①髙﨑ﾅ「葛\U000e0100城」。\n二行目\n\n#strong[太字] $x$ \\ <b> *強* @参照"),
        Facts([("事業名", "広聴事業")]),
        Table(["地区", "件数", "前年度比"], ROWS, caption="表1 地区別", numbers=(1, 2), emphasised=(59,)),
        Note("（注）四捨五入"),
        PageBreak(),
        Chart(bars([("道路・橋", 12), ("公園", 3)], "x"), alt="道路・橋が12件、公園が3件", caption="図1 分野別"),
    ],
    subtitle="まちこえ市",
    header="広聴年報",
    footer="広報広聴課",
    contents=True,
)


@pytest.fixture(scope="module")
def whole() -> bytes:
    return as_pdf(WHOLE)


def read(made: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def test_words_come_back_from_the_pdf_as_they_went_in(whole: bytes) -> None:
    text = "\n".join(read(whole))
    for words in (
        "令和7年度 広聴年報",
        "㈱①髙﨑ﾅ「葛\U000e0100城」。",
        "二行目",
        "広聴事業",
        "（注）四捨五入",
        "図1 分野別",
    ):
        assert words in text
    assert "#strong[太字] $x$ \\ <b> *強* @参照" in text, "words are never markup"
    assert "道路・橋" in text, "a chart's words are text"


def test_the_head_of_a_table_stands_on_every_page_of_it_and_pages_are_numbered(whole: bytes) -> None:
    pages = read(whole)
    with_rows = [page for page in pages if "第1地区" in page or "第60地区" in page]
    assert len(with_rows) == 2
    assert all("地区 件数 前年度比" in page for page in with_rows)
    assert [f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all("広聴年報" in page and "広報広聴課" in page for page in pages)


def test_the_pdf_can_be_read_aloud(whole: bytes) -> None:
    reader = PdfReader(io.BytesIO(whole))
    root = cast("dict[str, Any]", reader.trailer["/Root"])
    assert root["/Lang"] == "ja-JP"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == WHOLE.title
    objects: list[Any] = [reader.get_object(number) for number in range(1, cast("int", reader.trailer["/Size"]))]
    assert [one["/Alt"] for one in objects if isinstance(one, dict) and "/Alt" in one] == ["道路・橋が12件、公園が3件"]


def test_the_same_document_gives_the_same_bytes(whole: bytes) -> None:
    assert as_pdf(WHOLE) == whole
    assert as_word(WHOLE) == as_word(WHOLE)


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=30, deadline=None)
def test_any_words_can_be_printed(text: str) -> None:
    document = Document("題名", [Heading("見出し"), Paragraph(text), Table(["語"], [[text]])])
    assert as_pdf(document).startswith(b"%PDF-")
    assert as_word(document).startswith(b"PK")


def test_what_the_fonts_cannot_show_is_marked() -> None:
    assert fonts.printable("はい😀\x07です❤️\n") == "はい〓です〓\n"
    assert fonts.unprintable("😀と❤️と😀") == ["😀", "❤"]
    assert fonts.unprintable("髙﨑①㈱ﾅ\t葛\U000e0100城") == []


def test_pages_can_be_looked_at() -> None:
    pages = as_pages(WHOLE, ppi=48)
    assert len(pages) == len(read(as_pdf(WHOLE)))
    assert Image.open(io.BytesIO(pages[0])).size == (397, 561)


def test_a_chart_is_drawn_alike_each_time_and_holds_its_words_as_text() -> None:
    option = bars([("道路・橋", 12), ("公園", 3)], "説明", whole=True)
    drawn = charts.svg(option, 400, 200)
    assert charts.svg(option, 400, 200) == drawn
    assert ">道路・橋</text>" in drawn
    assert fonts.FAMILY in drawn
    assert "説明" not in drawn


def test_odd_words_do_not_keep_a_chart_from_being_drawn() -> None:
    odd = bars([("\x0b<b>&\ud800", 1), ("😀", 2)], "x")
    assert "〓" in charts.svg(odd, 400, 200)
    assert charts.png(odd, 400, 200).startswith(b"\x89PNG")


def test_a_chart_as_picture_shows_its_bars() -> None:
    picture = Image.open(io.BytesIO(charts.png(bars([("道路", 12)], "x"), 400, 200))).convert("RGB")
    assert picture.size == (800, 400)
    blue = sum(count for count, colour in picture.getcolors(1 << 24) or [] if colour == (0, 23, 193))
    assert blue > 10_000
    corner = picture.getpixel((0, 0))
    assert corner == (255, 255, 255)


def test_a_wrong_template_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        pdf.render("nothing-of-this-name", {})


def test_a_word_file_has_japanese_fonts_headings_tables_and_described_pictures() -> None:
    made = docx.Document(io.BytesIO(as_word(WHOLE)))
    for name in ("Normal", "Heading 1", "Heading 2", "Title"):
        fonts_of = made.styles[name].element.rPr.rFonts
        assert fonts_of.get(qn("w:eastAsia")) == "游ゴシック"
        assert fonts_of.get(qn("w:asciiTheme")) is None
    words = [one.text for one in made.paragraphs]
    assert "㈱①髙﨑ﾅ「葛\U000e0100城」。\n二行目" in words
    assert [one.text for one in made.paragraphs if one.style is not None and one.style.name == "Heading 1"] == [
        "総件数"
    ]
    facts, table = made.tables
    assert facts.rows[0].cells[1].text == "広聴事業"
    assert [cell.text for cell in table.rows[60].cells] == ["第60地区", "60", "△5.2"]
    assert table.rows[0]._tr.get_or_add_trPr().find(qn("w:tblHeader")) is not None
    assert made.inline_shapes[0]._inline.docPr.get("descr") == "道路・橋が12件、公園が3件"


def test_a_word_file_is_a_sound_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(as_word(WHOLE))) as archive:
        assert archive.testzip() is None
        assert {one.date_time for one in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
