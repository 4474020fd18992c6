"""A decided answer on its way into the queue of e-mails, in the deciding transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.answers.models import Answer
from feedback.answers.rules import Method
from feedback.answers.sending import Post
from feedback.mails import service as mails
from feedback.mails.rules import address_in


def put_out(session: Session, answer: Answer, *, post: Post, staff_id: int, at: datetime) -> None:
    """Have a decided answer (its matter's submission loaded) sent, if it goes by e-mail and there is an address.

    Otherwise it waits for a person. The answer counts as sent only when the mail server has taken it.
    """
    if post.by_mail and answer.method is Method.EMAIL and address_in(answer.matter.submission.sender_contact):
        mails.enqueue(session, answer.id, staff_id=staff_id, at=at)
