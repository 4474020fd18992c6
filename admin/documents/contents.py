"""A document as a row of blocks, written once and given out as PDF or as a Word file.

Reports are made of it: whoever builds the blocks need not know Typst or Word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.documents import charts, pdf


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (章), 2 or 3, under the document's title. PDF may skip no level: one that does is raised."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words; their lines stay lines, an empty line makes a new paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """注: small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, such as those at the head of a sheet."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption above; its head stands again on each page.

    ``numbers``: columns set to the right (0 is the first). ``emphasised``: rows in bold. ``widths``: relative widths of
    the columns; without them each takes what it needs.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    numbers: Sequence[int] = ()
    emphasised: Sequence[int] = ()
    widths: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of ECharts' ``option`` with its caption below. ``alt`` says in words what it shows; sizes in pixels."""

    option: Mapping[str, Any]
    alt: str
    caption: str = ""
    width: int = 640
    height: int = 320


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Note | Facts | Table | Chart | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``header`` stands at the top of each page, ``footer`` at its foot beside the page number.

    ``contents``: with a list of the headings (目次) after the title.
    """

    title: str
    blocks: Sequence[Block]
    subtitle: str = ""
    header: str = ""
    footer: str = ""
    landscape: bool = False
    contents: bool = False


def as_pdf(document: Document) -> bytes:
    """The document as tagged PDF."""
    data, images = _typeset(document)
    return pdf.render("document", data, images=images)


def as_pages(document: Document, *, ppi: float = 96) -> list[bytes]:
    """The same document as one PNG a page."""
    data, images = _typeset(document)
    return pdf.pages("document", data, images=images, ppi=ppi)


def _typeset(document: Document) -> tuple[dict[str, object], dict[str, bytes]]:
    images: dict[str, bytes] = {}
    blocks: list[dict[str, object]] = []
    level = 0
    for block in document.blocks:
        if isinstance(block, Heading):
            level = min(block.level, level + 1)
            blocks.append({"kind": "Heading", "text": block.text, "level": level})
        elif isinstance(block, Chart):
            name = f"chart-{len(images) + 1}.svg"
            images[name] = charts.svg(block.option, block.width, block.height).encode()
            blocks.append({"kind": "Chart", "file": name, "alt": block.alt, "caption": block.caption})
        else:
            blocks.append({"kind": type(block).__name__, **asdict(block)})
    whole = {
        name: getattr(document, name) for name in ("title", "subtitle", "header", "footer", "landscape", "contents")
    }
    return {**whole, "blocks": blocks}, images
