"""How often answers are begun over public links from one address of the network: a brake for machines."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.surveys.models import SurveyVisit

WITHIN: Final = timedelta(minutes=10)
MOST: Final = 120
"""From one address, behind which a whole hall or school may stand."""


def may_begin(session: Session, address_key: bytes, *, at: datetime) -> bool:
    """Count a beginning; False when there were too many lately. What no longer counts is forgotten."""
    session.execute(delete(SurveyVisit).where(SurveyVisit.at <= at - WITHIN))
    counted = select(func.count()).where(SurveyVisit.address_key == address_key)
    if (session.scalar(counted) or 0) >= MOST:
        return False
    session.add(SurveyVisit(address_key=address_key, at=at))
    return True
