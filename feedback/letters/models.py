"""Table: letters, one for each answer that is printed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class Letter(Base):
    """What a letter says beside the answer, and its printing. Name and address stay with the submission alone.

    ``number``: 文書番号. ``dated_on``: the day it bears; None: that of printing. ``with_seal``: room for the
    city's seal, else 公印省略. ``printed_round``: which submission of the answer was printed; after a
    later one it has to be again.
    """

    __tablename__ = "letters"

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[str | None] = mapped_column(String(60))
    title: Mapped[str | None] = mapped_column(String(100))
    dated_on: Mapped[date | None]
    with_seal: Mapped[bool] = mapped_column(default=False)
    printed_at: Mapped[datetime | None] = mapped_column(index=True)
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    printed_round: Mapped[int | None] = mapped_column(SmallInteger)
