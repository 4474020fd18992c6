"""Rows that are given a kept matter or submission join its session, so that ``HistoryEntry(matter=matter)`` is kept.

SQLAlchemy 2 cascades from the parent's list only, never from the child's side, and those lists are not loaded here.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import object_session

from feedback.opinions.models import HistoryEntry, Label, MatterReading, Note, Part


def _join(row: object, parent: object, _before: object, _initiator: Any) -> None:
    session = object_session(parent) if parent is not None else None
    if session is not None and object_session(row) is None:
        session.add(row)


for _side in (HistoryEntry.matter, Label.matter, MatterReading.matter, Note.matter, Part.submission):
    event.listen(_side, "set", _join)
