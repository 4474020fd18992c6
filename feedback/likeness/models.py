"""Tables: what is kept of a matter's words to find others like it. Derived, and gone with the words."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base

_GROUPED = sql("group_id IS NOT NULL")


class Fingerprint(Base):
    """What was made of a matter's text.

    ``group_id`` is the lowest matter id among near-duplicates, None for a text nobody else sent. ``vector``: its
    meaning, one signed byte a dimension, None where the machine has no encoder or there are no words. ``revision``
    counts changes over all rows, so that a process learns what is new. ``stale``: the words changed since.
    """

    __tablename__ = "fingerprints"
    __table_args__ = (
        Index("ix_fingerprints_group", "group_id", "matter_id", postgresql_where=_GROUPED, sqlite_where=_GROUPED),
        Index(
            "ix_fingerprints_stale",
            "matter_id",
            postgresql_where=sql("stale IS true"),
            sqlite_where=sql("stale IS 1"),
        ),
    )

    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True, autoincrement=False)
    group_id: Mapped[int | None] = mapped_column(Integer)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(BigInteger, index=True)
    stale: Mapped[bool] = mapped_column(default=False)


class FingerprintBand(Base):
    """One of the keys under which near-duplicates of a text meet; equal keys make candidates, not yet duplicates."""

    __tablename__ = "fingerprint_bands"

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True, autoincrement=False, index=True)
