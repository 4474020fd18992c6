"""Pure decisions about letters: their state, and which part of a contact is an address of a house."""

import re
from enum import StrEnum
from typing import Final

from feedback.mails.rules import ADDRESS

LONGEST_NUMBER: Final = 60
LONGEST_TITLE: Final = 100
MOST_AT_ONCE: Final = 100
"""Letters in one file."""
USUAL_TITLE: Final = "いただいたご意見への回答"


class LetterState(StrEnum):
    """Where a letter stands once its answer is decided."""

    TO_PRINT = "to_print"
    PRINTED = "printed"
    POSTED = "posted"


LETTER_STATE_NAMES = {
    LetterState.TO_PRINT: "印刷待ち",
    LetterState.PRINTED: "印刷済・発送待ち",
    LetterState.POSTED: "発送済",
}


def state_of(*, is_sent: bool, answer_round: int, printed_round: int | None) -> LetterState:
    """The state of a decided answer's letter. What was printed of an earlier submission does not count."""
    if is_sent:
        return LetterState.POSTED
    return LetterState.PRINTED if printed_round == answer_round else LetterState.TO_PRINT


_PHONE = re.compile(
    r"(?:(?:TEL|Tel|tel|電話|携帯|FAX|Fax|ファックス)[:：\s]*)?[(（]?0[0-9０-９][-0-9０-９()（）－ー‐\s]{7,14}[0-9０-９]"
)
_HOUSE = re.compile(r"[都道府県市区町村郡]|丁目|番地|〒")


def postal_address(contact: str | None) -> str | None:
    """What of a contact can stand on an envelope, or None: mail addresses and telephone numbers are left out."""
    rest = _PHONE.sub(" ", ADDRESS.sub(" ", contact or ""))
    rest = re.sub(r"\s*[/／、,，;；]\s*$|^\s*[/／、,，;；]\s*", "", rest.strip()).strip()
    return rest if _HOUSE.search(rest) else None
