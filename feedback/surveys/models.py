"""Tables: surveys and their versions, responses, what is counted of them, drafts, who took part, links, quotas.

Who took part and what was answered in an anonymous survey share no id, no time and no order: responses have random
ids, lie in the order of these, and keep the day only; `counting` writes them anew in batches, so that not even the
database's own transaction numbers lead from one to the other.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base
from feedback.surveys.rules import Source, SurveyState

_RANDOM_ID = BigInteger().with_variant(Integer, "sqlite")
_UNCOUNTED = text("counted = false")
_UNVOICED = text("voiced = false")


class Survey(Base):
    """A survey. Its questions stand in its versions; title and times repeat those of the version in force."""

    __tablename__ = "surveys"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    anonymous: Mapped[bool]
    state: Mapped[SurveyState] = mapped_column(default=SurveyState.DRAFT)
    opens: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    for_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]


class SurveyVersion(Base):
    """One wording of a survey. Without ``published_at`` it may be edited; afterwards it never changes."""

    __tablename__ = "survey_versions"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class SurveyResponse(Base):
    """What one person answered: ``answers`` as `given.all_to_json`. Anonymous: no citizen, no time, no language.

    ``counted``: its marks are written. ``voiced``: its words have become opinions. ``messages``: question → hex key of
    the LINE message that held the answer, for unsending.
    """

    __tablename__ = "survey_responses"
    __table_args__ = (
        Index("ix_survey_responses_survey_day", "survey_id", "day"),
        Index(
            "ix_survey_responses_waiting", "survey_id", postgresql_where=_UNCOUNTED, sqlite_where=text("counted = 0")
        ),
        Index("ix_survey_responses_unvoiced", "id", postgresql_where=_UNVOICED, sqlite_where=text("voiced = 0")),
        Index("ix_survey_responses_citizen_id", "citizen_id"),
    )

    id: Mapped[int] = mapped_column(_RANDOM_ID, primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_versions.id"))
    source: Mapped[Source]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("survey_links.id"))
    day: Mapped[date]
    submitted_at: Mapped[datetime | None]
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    age_band: Mapped[str | None] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    messages: Mapped[dict[str, str] | None] = mapped_column(JSON)
    test: Mapped[bool] = mapped_column(default=False)
    counted: Mapped[bool] = mapped_column(default=False)
    voiced: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]


class SurveyCode(Base):
    """A number for each thing that is counted: a choice, a matrix cell, "answered" (choice ""), "passed over" (-)."""

    __tablename__ = "survey_codes"
    __table_args__ = (UniqueConstraint("survey_id", "question", "row", "choice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    question: Mapped[str] = mapped_column(String(40))
    row: Mapped[str] = mapped_column(String(40), default="")
    choice: Mapped[str] = mapped_column(String(40), default="")


class SurveyMark(Base):
    """A counted response has this: derived of its answers, narrow, so that millions are counted in a second.

    ``value``: a number answered, or the rank given. Lies in the order of its key on SQLite.
    """

    __tablename__ = "survey_marks"
    __table_args__ = ({"sqlite_with_rowid": False},)

    code_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_id: Mapped[int] = mapped_column(_RANDOM_ID, primary_key=True, autoincrement=False)
    value: Mapped[float | None]


class SurveyDraft(Base):
    """Answers not yet sent: somebody will come back within days. Belongs to a citizen or to whoever has the token.

    ``at``: the question somebody went back to. ``seed`` orders the choices.
    """

    __tablename__ = "survey_drafts"
    __table_args__ = (UniqueConstraint("survey_id", "citizen_id"),)

    id: Mapped[int] = mapped_column(_RANDOM_ID, primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_versions.id"))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("survey_links.id"))
    source: Mapped[Source]
    test: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int]
    language: Mapped[str] = mapped_column(String(16), default="ja")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    messages: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class PersonKind(StrEnum):
    """Whose taking part is noted."""

    CITIZEN = "citizen"
    STAFF = "staff"


class SurveyParticipation(Base):
    """That somebody answered, for one answer a person and for reminders; never what, and never when."""

    __tablename__ = "survey_participations"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    person_kind: Mapped[PersonKind] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SurveySpentToken(Base):
    """A web token whose answers were sent: sending twice is recognised. Leads to no response."""

    __tablename__ = "survey_spent_tokens"
    __table_args__ = ({"sqlite_with_rowid": False},)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)


class LinkKind(StrEnum):
    """Whom a stored link is for."""

    PUBLIC = "public"
    STAFF = "staff"


class SurveyLink(Base):
    """An address under which everybody who has it may answer; ``label`` says where it was put (広報紙のQRコード)."""

    __tablename__ = "survey_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)
    kind: Mapped[LinkKind]
    token: Mapped[str] = mapped_column(String(32), unique=True)
    label: Mapped[str] = mapped_column(String(60), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class SurveyQuota(Base):
    """How many places of a quota are taken: ``name`` is ``total``, or ``question:choice``."""

    __tablename__ = "survey_quotas"

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(90), primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)


class SurveyVoice(Base):
    """Which opinion (通) came of which answer."""

    __tablename__ = "survey_voices"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)
    response_id: Mapped[int] = mapped_column(_RANDOM_ID, index=True)
    question: Mapped[str] = mapped_column(String(40))


class SurveyVisit(Base):
    """Somebody began to answer over a public link: counted by the keyed hash of the address, for some minutes only."""

    __tablename__ = "survey_visits"
    __table_args__ = (Index("ix_survey_visits_address", "address_key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime] = mapped_column(index=True)


class SurveyPlan(Base):
    """調査設計: what the report prints of how people were asked, and the population that weights lead to.

    ``random``: drawn at random; only then sampling errors are shown. ``population``: people who could have been drawn;
    ``sample``: who was asked. ``cells``: rows of (age, district, people), under the keys of the two axes.
    """

    __tablename__ = "survey_plans"

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), primary_key=True, autoincrement=False)
    audience: Mapped[str] = mapped_column(String(200), default="")
    drawing: Mapped[str] = mapped_column(String(200), default="")
    way: Mapped[str] = mapped_column(String(200), default="")
    random: Mapped[bool] = mapped_column(default=False)
    population: Mapped[int | None]
    sample: Mapped[int | None]
    age_axis: Mapped[str] = mapped_column(String(64), default="profile:age")
    district_axis: Mapped[str] = mapped_column(String(64), default="profile:district")
    cells: Mapped[list[list[Any]] | None] = mapped_column(JSON)
