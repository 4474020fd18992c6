"""Tables: day sheets and which of them no longer hold, saved cross tables, the population, the map of districts."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, SmallInteger, String, Text, UniqueConstraint
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


class CrossTable(Base):
    """A cross table under a name; ``query`` holds the arguments of its address.

    ``shared``: everybody sees it in their list (never more figures than are theirs).
    """

    __tablename__ = "cross_tables"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[dict[str, str]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CrossTableReader(Base):
    """Who gets a cross table by e-mail, and how often."""

    __tablename__ = "cross_table_readers"

    table_id: Mapped[int] = mapped_column(ForeignKey("cross_tables.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
    every: Mapped[str] = mapped_column(String(16))


class Population(Base):
    """How many people of an age live in a district, on a day."""

    __tablename__ = "population"
    __table_args__ = (UniqueConstraint("district", "age"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(String(64))
    age: Mapped[str] = mapped_column(String(16))
    people: Mapped[int]
    as_of: Mapped[date]


class CityMap(Base):
    """The city's own map of its districts: a GeoJSON whose features have the district's name in ``name_property``."""

    __tablename__ = "city_maps"

    id: Mapped[int] = mapped_column(primary_key=True)
    geojson: Mapped[str] = mapped_column(Text)
    name_property: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
