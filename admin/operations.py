"""How the system is doing, for IT staff: inbox, outbox, jobs, media, model, database; and what can be tried again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from admin.access import allow
from admin.context import actor, db, now, services
from feedback import __version__
from feedback.audit import service as audit
from feedback.errors import Invalid
from feedback.inbox import queue
from feedback.jobs import queries as job_queries
from feedback.jobs import service as jobs
from feedback.learning import queries as learning
from feedback.notices import queries as notice_queries
from feedback.notices import service as notices
from feedback.notices.rules import NOTICE_NAMES
from feedback.operations import queries
from feedback.outbox import service as outbox
from feedback.staff.rules import Permission

blueprint = Blueprint("operations", __name__)

EVENT_NAMES = {
    "message": "メッセージ",
    "follow": "友だち追加",
    "unfollow": "ブロック",
    "postback": "ボタン操作",
    "unsend": "送信取消",
    "join": "グループ参加",
    "leave": "グループ退出",
}


@blueprint.get("/operations")
@allow(Permission.OPERATE)
def index() -> Any:
    """Everything on one page."""
    session = db()
    engine = services().database.engine
    return render_template(
        "operations/index.html",
        inbox=queries.inbox_state(session, now=now()),
        dead=queries.dead_events(session),
        outbox=queries.outbox_state(session, now=now()),
        undelivered=queries.undelivered(session),
        notices=notice_queries.unsent(session),
        notice_names=NOTICE_NAMES,
        jobs=job_queries.recent(session, limit=10),
        media=queries.media_pending(session),
        model=queries.model_in_use(session),
        in_force=learning.active(session),
        workers=queries.workers(session),
        database=f"{engine.dialect.name} {'.'.join(map(str, engine.dialect.server_version_info or ()))}",
        version=__version__,
        event_names=EVENT_NAMES,
        now=now(),
    )


@blueprint.post("/operations/events/<int:event_id>")
@allow(Permission.OPERATE)
def revive(event_id: int) -> Any:
    """Give a dead event another round of tries."""
    if not queue.revive(db(), event_id, now=now()):
        raise Invalid("このイベントは、もう処理できません。内容が消えているか、すでに処理されています。")
    _record("event.revived", "line_event", event_id)
    flash("もう一度処理するよう登録しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/operations/messages/<int:message_id>")
@allow(Permission.OPERATE)
def resend(message_id: int) -> Any:
    """Send a failed message again."""
    if not outbox.send_again(db(), message_id, now=now()):
        raise Invalid("このメッセージは、もう送れません。内容が消えているか、すでに送られています。")
    _record("message.resent", "outbound_message", message_id)
    flash("もう一度送るよう登録しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/operations/notices/<int:notice_id>")
@allow(Permission.OPERATE)
def send_notice(notice_id: int) -> Any:
    """Send a notice to staff again."""
    if not notices.send_again(db(), notice_id, now=now()):
        raise Invalid("このお知らせは、もう送れません。")
    _record("notice.resent", "notice", notice_id)
    flash("もう一度送るよう登録しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/operations/jobs/<int:job_id>")
@allow(Permission.OPERATE)
def restart(job_id: int) -> Any:
    """Start a failed job again."""
    jobs.restart(db(), job_id, now=now())
    _record("job.restarted", "job", job_id)
    flash("やり直すよう登録しました。", "success")
    return redirect(url_for(".index"))


def _record(action: str, subject_type: str, subject_id: int) -> None:
    audit.record(db(), at=now(), staff_id=actor().id, action=action, subject_type=subject_type, subject_id=subject_id)
