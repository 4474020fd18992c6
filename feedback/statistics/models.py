"""Tables: day sheets, which hold what the matters of a day are counted by, and which of them no longer hold."""

from datetime import date

from sqlalchemy import LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class DaySheet(Base):
    """The matters received on a day in Japan, as columns of codes (`sheets.Sheet`), packed.

    ``layout``: which columns there are; sheets of another layout are as good as missing.
    """

    __tablename__ = "day_sheets"

    day: Mapped[date] = mapped_column(primary_key=True)
    layout: Mapped[int] = mapped_column(SmallInteger)
    matters: Mapped[int]
    columns: Mapped[bytes] = mapped_column(LargeBinary)


class ChangedDay(Base):
    """Matters of this day changed since its sheet was made, so it is counted from the matters until it is made anew.

    Written by triggers (`triggers.py`), in the transaction of the change, whoever makes it. A day may stand here often.
    """

    __tablename__ = "changed_days"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]


class FigureCode(Base):
    """The code by which sheets write down a value of a field: an area's key, a department's id, a district's name."""

    __tablename__ = "figure_codes"
    __table_args__ = (UniqueConstraint("field", "value"), UniqueConstraint("field", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(64))
    code: Mapped[int]
