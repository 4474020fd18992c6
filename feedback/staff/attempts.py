"""Failed attempts to log in, counted in the database, so that every process knows of them.

Only keyed hashes of addresses stand in it, and only for a quarter of an hour.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.keys import KeyRing
from feedback.staff.models import FailedSignIn
from feedback.staff.rules import FAILED_LOGINS_ALLOWED, FAILURES_PER_ADDRESS, LOCK


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose account an attempt is for and where on the network it comes from, as keyed hashes."""

    account_key: bytes
    address_key: bytes


def origin(keys: KeyRing, *, email: str, address: str) -> Origin:
    """The origin of an attempt."""
    return Origin(keys.lookup("sign-in account:" + email.strip().lower()), keys.lookup("sign-in address:" + address))


def note(session: Session, source: Origin, *, at: datetime) -> None:
    """Count a failure, and forget those that no longer count."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at <= at - LOCK))
    session.add(FailedSignIn(account_key=source.account_key, address_key=source.address_key, at=at))
    session.flush()


def too_many_from(session: Session, source: Origin, *, at: datetime) -> bool:
    """Whether log-ins have failed too often lately from this address of the network."""
    return _count(session, FailedSignIn.address_key == source.address_key, at=at) >= FAILURES_PER_ADDRESS


def too_many_for(session: Session, source: Origin, *, at: datetime) -> bool:
    """The same for this account; known accounts are locked by their own row, which staff can open."""
    return _count(session, FailedSignIn.account_key == source.account_key, at=at) >= FAILED_LOGINS_ALLOWED


def _count(session: Session, condition: object, *, at: datetime) -> int:
    counted = select(func.count()).select_from(FailedSignIn).where(FailedSignIn.at > at - LOCK)
    return session.scalar(counted.where(condition)) or 0  # type: ignore[arg-type]  # any condition on the row
