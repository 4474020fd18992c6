"""移送: a matter is handed on to the state, the prefecture, the police …, and the citizen is told so."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.answers import sending
from feedback.answers.models import TransferGuide
from feedback.answers.rules import LONGEST_BODY, unresolved
from feedback.answers.sending import Post
from feedback.errors import Invalid
from feedback.opinions.rules import Channel, MatterStatus
from feedback.opinions.service import open_matter, set_status
from feedback.staff.rules import Actor


def transfer(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    guide_id: int,
    body: str,
    post: Post,
) -> bool:
    """Hand a matter on and send the guidance in the same transaction.

    Returns whether the citizen was told; only LINE can be written to from here. Invalid and NotAllowed as for any step.
    """
    guide = session.get(TransferGuide, guide_id)
    if guide is None or not guide.active:
        raise Invalid("移送先を選び直してください。")
    words = body.replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST_BODY or unresolved(words):
        raise Invalid(f"案内の文章を{LONGEST_BODY}文字以内で入力してください。{{ }} や〔 〕は残せません。")
    matter = open_matter(session, matter_id, actor=actor, version=version)
    set_status(
        session,
        matter_id,
        actor=actor,
        version=version,
        at=at,
        status=MatterStatus.TRANSFERRED,
        reason=f"{guide.name}へ移送",
    )
    if matter.channel is not Channel.LINE:
        return False
    sending.send_guidance(session, matter, words, post=post, at=at)
    return True
