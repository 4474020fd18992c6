"""What staff do about an answer's e-mail: send it to another address, say that it came back."""

from typing import Any

from flask import flash, redirect, request, url_for

from admin.access import allow
from admin.answers import act, blueprint
from admin.context import services
from feedback.answers import by_mail
from feedback.errors import Invalid
from feedback.staff.rules import Permission

__all__ = ["blueprint"]


@blueprint.post("/mail")
@allow(Permission.WORK_MATTERS)
def mail(matter_id: int) -> Any:
    """Send the answer by e-mail once more, or for the first time to an address that was missing."""
    if not services().settings.sends_mail:
        raise Invalid("電子メールを送る設定がありません。課のメールで送り、発送を記録してください。")
    act(by_mail.send_again, address=request.form.get("address", ""))
    flash("電子メールを送ります。", "success")
    return redirect(url_for(".show", matter_id=matter_id))


@blueprint.post("/mail/bounced")
@allow(Permission.WORK_MATTERS)
def bounced(matter_id: int) -> Any:
    """The e-mail came back to the city's mailbox."""
    act(by_mail.bounced, reason=request.form.get("reason", ""))
    flash("戻ってきたことを記録しました。", "success")
    return redirect(url_for(".show", matter_id=matter_id))
