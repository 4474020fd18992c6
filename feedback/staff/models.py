"""Table: staff accounts."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.db import Base
from feedback.departments.models import Department
from feedback.staff.rules import Role

__all__ = ["Role", "Staff"]


class Staff(Base):
    """A member of staff. Department roles see their own department's matters only.

    ``fs_uniquifier`` stands in the cookie of every session of the account; a new value ends them all. ``totp_secret``
    is sealed for this account (base 64), ``recovery_codes`` are hashes of those not used yet. ``shortcuts``: single
    keys do things in the pages.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    password: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    totp_secret: Mapped[str | None] = mapped_column("tf_totp_secret", String(255))
    totp_last_counter: Mapped[int | None] = mapped_column("tf_last_counter")
    recovery_codes: Mapped[list[str] | None] = mapped_column("mf_recovery_codes", JSON(none_as_null=True))
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=true())

    department: Mapped[Department | None] = relationship(lazy="joined")


class EndedSession(Base):
    """A session that was logged out before its time: a copy of its cookie opens nothing. Forgotten when it is old."""

    __tablename__ = "ended_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    forget_at: Mapped[datetime]


class FailedSignIn(Base):
    """A failed attempt to log in, kept for a quarter of an hour; both keys are keyed hashes."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (
        Index("ix_failed_sign_ins_account_key", "account_key", "at"),
        Index("ix_failed_sign_ins_address_key", "address_key", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime] = mapped_column(index=True)
