"""Citizens who want no surveys sent to them."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback.surveys.delivery.models import SurveyRecipient, SurveyUnsubscription


def want(session: Session, citizen_id: int, *, wanted: bool, at: datetime) -> None:
    """Note whether a citizen wants surveys sent. Flushed."""
    known = session.get(SurveyUnsubscription, citizen_id)
    if wanted and known is not None:
        session.delete(known)
    elif not wanted and known is None:
        session.add(SurveyUnsubscription(citizen_id=citizen_id, at=at))
    session.flush()


def erase_of(session: Session, citizen_id: int) -> None:
    """Forget what was sent to a citizen. That they want nothing sent goes too: without a LINE id nothing is sent."""
    session.execute(delete(SurveyRecipient).where(SurveyRecipient.citizen_id == citizen_id))
    session.execute(delete(SurveyUnsubscription).where(SurveyUnsubscription.citizen_id == citizen_id))
