"""Answers as letters: PDF for the printer, and the same pages as pictures to look at before."""

import base64
from collections.abc import Sequence
from typing import Any

from admin.documents import fonts, pdf
from feedback.clock import era_date
from feedback.config import Settings
from feedback.letters.queries import Sheet
from feedback.letters.rules import USUAL_TITLE

SOMEBODY = "ご意見をお寄せくださった方へ"
_PREVIEW_PPI = 80
_TITLE = "ご意見への回答"


def as_pdf(sheets: Sequence[Sheet], settings: Settings, *, personal: bool) -> bytes:
    """One file with all letters. ``personal``: with names and addresses."""
    return pdf.render("letter", _data(sheets, settings, personal=personal))


def previews(sheet: Sheet, settings: Settings, *, personal: bool) -> list[str]:
    """The pages of a letter as addresses of pictures (``data:``) for the screen."""
    pages = pdf.pages("letter", _data([sheet], settings, personal=personal), ppi=_PREVIEW_PPI)
    return [f"data:image/png;base64,{base64.b64encode(page).decode()}" for page in pages]


def unprintable(sheet: Sheet) -> list[str]:
    """Characters of a letter that will be printed as 〓."""
    return fonts.unprintable("\n".join(filter(None, (sheet.body, sheet.addressee, sheet.address, sheet.title))))


def _data(sheets: Sequence[Sheet], settings: Settings, *, personal: bool) -> dict[str, Any]:
    return {"title": _TITLE, "letters": [_letter(one, settings, personal=personal) for one in sheets]}


def _letter(one: Sheet, settings: Settings, *, personal: bool) -> dict[str, Any]:
    office = f"{settings.city_name}　{one.department}"
    return {
        "number": one.number or "",
        "day": era_date(one.day),
        "address": (one.address or "") if personal else "",
        "addressee": f"{one.addressee}　様" if personal and one.addressee else SOMEBODY,
        "sender": [settings.letter_signer] if settings.letter_signer else [settings.city_name, one.department],
        "seal": "box" if one.with_seal else "omitted",
        "title": one.title or USUAL_TITLE,
        "body": one.body,
        "contact": [("担当", office), ("電話", f"{settings.contact_phone}（代表）"), ("受付番号", one.receipt)],
    }
