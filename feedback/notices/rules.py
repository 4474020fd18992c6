"""Pure decisions about notices: their kinds, who is told, when to try again."""

from datetime import timedelta
from enum import StrEnum

from feedback.staff.rules import Actor, Permission


class NoticeKind(StrEnum):
    """What a notice is about; staff choose by it."""

    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"
    APPROVER = "approver"
    DESK = "desk"
    RETURNED = "returned"
    RESULT = "result"
    DIGEST = "digest"


NOTICE_NAMES = {
    NoticeKind.SOON: "回答期限が近い案件",
    NoticeKind.TODAY: "本日が回答期限の案件",
    NoticeKind.OVERDUE: "回答期限を過ぎた案件",
    NoticeKind.APPROVER: "期限を過ぎたままの案件（決裁者へ）",
    NoticeKind.DESK: "期限を過ぎたままの案件（広聴担当へ）",
    NoticeKind.RETURNED: "差し戻しが続き、広聴担当が担当課を決める案件",
    NoticeKind.RESULT: "反映予定の時期を過ぎた案件",
    NoticeKind.DIGEST: "朝のまとめ",
}

_NEEDS = {
    NoticeKind.SOON: Permission.WORK_MATTERS,
    NoticeKind.TODAY: Permission.WORK_MATTERS,
    NoticeKind.OVERDUE: Permission.WORK_MATTERS,
    NoticeKind.APPROVER: Permission.APPROVE,
    NoticeKind.DESK: Permission.TRIAGE,
    NoticeKind.RETURNED: Permission.TRIAGE,
    NoticeKind.RESULT: Permission.WORK_MATTERS,
    NoticeKind.DIGEST: Permission.WORK_MATTERS,
}


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """What a member of staff may be told of. Who belongs to no department is told nothing."""
    if actor.department_id is None:
        return []
    return [kind for kind in NoticeKind if actor.may(_NEEDS[kind])]


class Via(StrEnum):
    """How a notice travels."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class HookStyle(StrEnum):
    """Whose form of message a webhook takes."""

    SLACK = "slack"
    TEAMS = "teams"


HOOK_STYLE_NAMES = {HookStyle.SLACK: "Slack", HookStyle.TEAMS: "Microsoft Teams"}


class NoticeState(StrEnum):
    """What became of a notice. ``failed``: given up; ``cancelled``: no way to send it, or nobody to read it."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=2)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts, or None to give up."""
    if attempts >= ATTEMPTS:
        return None
    longer: int = 4 ** (attempts - 1)
    return min(_FIRST_PAUSE * longer, _LONGEST_PAUSE)
