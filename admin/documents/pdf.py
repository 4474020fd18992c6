"""Documents as PDF: a template of ``templates/``, filled in with data. The same data give the same bytes."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typst

from admin.documents import fonts

_TEMPLATES = Path(__file__).parent / "templates"
_MAIN = "main.typ"  # Typst starts with the file of this name
_NO_IMAGES: Mapping[str, bytes] = MappingProxyType({})


def render(template: str, data: Mapping[str, object], *, images: Mapping[str, bytes] = _NO_IMAGES) -> bytes:
    """A document as tagged PDF (PDF/UA-1).

    ``template``: its name without ``.typ``. ``data``: whatever JSON can hold; no word of it is ever read as markup, and
    what the fonts cannot show becomes 〓. ``images``: SVG or PNG by the file names under which the template finds them.
    """
    return _compile(template, data, images, format="pdf", pdf_standards="ua-1")[0]


def pages(
    template: str, data: Mapping[str, object], *, images: Mapping[str, bytes] = _NO_IMAGES, ppi: float = 96
) -> list[bytes]:
    """The same document as one PNG a page, to look at."""
    return _compile(template, data, images, format="png", ppi=ppi)


def _compile(template: str, data: Mapping[str, object], images: Mapping[str, bytes], **options: Any) -> list[bytes]:
    words = json.dumps(fonts.printable_in(data), ensure_ascii=False)
    files = {**_sources(), **images, _MAIN: f'#include "{template}.typ"'.encode()}
    made = typst.compile(files, font_paths=_fonts(), sys_inputs={"data": words}, **options)
    return made if isinstance(made, list) else [made]


@cache
def _sources() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _TEMPLATES.glob("*.typ")}


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts.folders())
