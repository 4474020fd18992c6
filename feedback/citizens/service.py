"""Citizens: finding them by keyed hash, their consent, their profile, and forgetting them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from feedback.citizens.erasing import erase_submission
from feedback.citizens.models import Citizen, Consent, Conversation
from feedback.db import among
from feedback.inbox.models import EventState, LineEvent
from feedback.opinions import bulk
from feedback.opinions.models import Part, Submission
from feedback.outbox import service as outbox
from feedback.surveys import forgetting as surveys

LINE_ID: Final = b"line-user-id"
"""Purpose under which LINE ids are sealed."""


def load(session: Session, *, keys: Iterable[bytes], now: datetime) -> dict[bytes, Citizen]:
    """The citizens of these keys with their conversations; those not met before are made (not flushed)."""
    wanted = set(keys)
    found = {
        citizen.key: citizen
        for citizen in session.scalars(
            select(Citizen).where(among(session, Citizen.key, wanted)).options(joinedload(Citizen.conversation))
        )
    }
    for key in wanted - found.keys():
        citizen = Citizen(key=key, consent=Consent.UNASKED, reachable=True, language="ja", created_at=now)
        citizen.conversation = Conversation(state={}, updated_at=now)
        session.add(citizen)
        found[key] = citizen
    return found


def give_consent(citizen: Citizen, *, version: str, line_user_id_sealed: bytes, at: datetime) -> None:
    """The citizen agrees to this version of the privacy notice; only now may their LINE id be kept."""
    citizen.consent = Consent.GIVEN
    citizen.consent_version = version
    citizen.consent_at = at
    citizen.line_user_id_sealed = line_user_id_sealed
    citizen.erased_at = None


def refuse_consent(session: Session, citizen: Citizen, *, at: datetime) -> None:
    """The citizen does not agree: the id is not kept, and words that waited for the answer are cleared."""
    citizen.consent = Consent.REFUSED
    citizen.consent_version = None
    citizen.consent_at = at
    citizen.line_user_id_sealed = None
    forget_held(session, citizen.key)


def forget_held(session: Session, key: bytes) -> None:
    """Clear the events of a citizen that were worked but held for consent."""
    session.execute(
        update(LineEvent)
        .where(LineEvent.citizen_key == key, LineEvent.held_until.is_not(None))
        .values(payload=None, held_until=None)
    )


def erase(session: Session, citizen: Citizen, *, at: datetime) -> int:
    """Forget everything a citizen wrote and is; open matters are withdrawn. Returns how many submissions there were.

    What stays is a tombstone for counting: dates, area, department, status.
    """
    # Without an id the query below would take everybody's submissions that no citizen is behind.
    bulk.flush(session)
    submissions = session.scalars(
        select(Submission)
        .where(Submission.citizen_id == citizen.id, Submission.erased_at.is_(None))
        .options(
            selectinload(Submission.parts).selectinload(Part.attachment),
            selectinload(Submission.matters),
        )
    ).all()
    for submission in submissions:
        erase_submission(session, submission, at=at)
    session.execute(
        update(LineEvent)
        .where(LineEvent.citizen_key == citizen.key, LineEvent.state != EventState.PENDING)
        .values(payload=None, held_until=None)
    )
    outbox.forget_of(session, citizen.key, now=at)
    surveys.erase_of(session, citizen.id, at=at)
    citizen.consent = Consent.UNASKED
    citizen.consent_version = citizen.consent_at = None
    citizen.line_user_id_sealed = None
    citizen.age_band = citizen.district = None
    citizen.erased_at = at
    return len(submissions)


def erased_since(session: Session, moment: datetime) -> bool:
    """Whether anybody erased everything, or unsent a message, since a moment."""
    unsent = select(LineEvent.id).where(LineEvent.received_at >= moment, LineEvent.type == "unsend")
    erased = select(Citizen.id).where(Citizen.erased_at >= moment)
    return session.scalar(unsent.limit(1)) is not None or session.scalar(erased.limit(1)) is not None
