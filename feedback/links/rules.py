"""Pure decisions about links: what they are called, from either side."""

from enum import StrEnum


class LinkKind(StrEnum):
    """What one matter is to another."""

    RELATED = "related"
    DUPLICATE = "duplicate"
    FOLLOW_UP = "follow_up"


LINK_NAMES = {
    LinkKind.RELATED: "関連する案件",
    LinkKind.DUPLICATE: "この案件は次の案件と重複",
    LinkKind.FOLLOW_UP: "この案件は次の案件の続き",
}
"""As read on the page of the matter that links."""

BACKLINK_NAMES = {
    LinkKind.RELATED: "関連する案件",
    LinkKind.DUPLICATE: "この案件と重複している案件",
    LinkKind.FOLLOW_UP: "この案件の続き",
}
"""As read on the page of the matter that is linked to."""
