"""A LINE message → a part of a submission."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.inbound import MESSAGE_ID_PURPOSE, Inbound
from bot.incoming import message_id, message_key, place, words_of
from feedback.keys import KeyRing
from feedback.opinions.intake import NewPart
from feedback.opinions.rules import PartKind

_KINDS: Final[Mapping[str, PartKind]] = {kind.value: kind for kind in PartKind}
_WITH_FILE: Final = frozenset({PartKind.IMAGE, PartKind.VIDEO, PartKind.AUDIO, PartKind.FILE})


def new_part(inbound: Inbound, keys: KeyRing, *, at: datetime) -> NewPart:
    """What a message adds to a submission. A file's LINE id is sealed until the file is fetched."""
    own_id = message_id(inbound)
    key = message_key(own_id, keys) if own_id else None
    text = inbound.text
    if text is not None:
        return NewPart(PartKind.TEXT, at, text, line_message_key=key, line_event_id=inbound.event_id)
    kind = _KINDS.get(str(inbound.message.get("type")), PartKind.FILE)
    is_place = kind is PartKind.LOCATION
    latitude, longitude = place(inbound) if is_place else (None, None)
    media = (
        keys.encrypt(own_id.encode("utf-8", "replace"), purpose=MESSAGE_ID_PURPOSE)
        if own_id and kind in _WITH_FILE
        else None
    )
    return NewPart(
        kind,
        at,
        latitude=latitude,
        longitude=longitude,
        place_title=words_of(inbound, "title") if is_place else None,
        place_address=words_of(inbound, "address") if is_place else None,
        line_message_key=key,
        line_event_id=inbound.event_id,
        media=media,
        file_name=words_of(inbound, "fileName"),
    )
