"""Forgetting one submission down to a tombstone that still counts."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.answers import rating
from feedback.opinions import intake
from feedback.opinions.models import Submission
from feedback.opinions.rules import OPEN_STATUSES


def erase_submission(session: Session, submission: Submission, *, at: datetime) -> None:
    """Forget what a submission (parts, files, matters loaded) says and who sent it; open matters are withdrawn."""
    intake.erase_parts(session, submission.parts, at=at)
    intake.erase_derived(session, [matter.id for matter in submission.matters])
    rating.erase_comments(session, [matter.id for matter in submission.matters], at=at)
    if any(matter.status in OPEN_STATUSES for matter in submission.matters):
        intake.withdraw(submission, at=at, reason="本人の申し出による消去")
    for matter in submission.matters:
        matter.text, matter.safety, matter.urgent = "", None, False
    submission.citizen_id = submission.language = None
    submission.sender_name = submission.sender_contact = None
    submission.age_band = submission.district = None
    submission.erased_at = at
