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
    MENTION = "mention"
    ASKED = "asked"
    GIVEN_BACK = "given_back"
    DECIDED = "decided"
    DIGEST = "digest"
    TABLE = "table"


NOTICE_NAMES = {
    NoticeKind.SOON: "回答期限が近い案件",
    NoticeKind.TODAY: "本日が回答期限の案件",
    NoticeKind.OVERDUE: "回答期限を過ぎた案件",
    NoticeKind.APPROVER: "期限を過ぎたままの案件（決裁者へ）",
    NoticeKind.DESK: "期限を過ぎたままの案件（広聴担当へ）",
    NoticeKind.RETURNED: "差し戻しが続き、広聴担当が担当課を決める案件",
    NoticeKind.RESULT: "反映予定の時期を過ぎた案件",
    NoticeKind.MENTION: "内部メモで呼ばれたとき",
    NoticeKind.ASKED: "回答案の確認・決裁を頼まれたとき",
    NoticeKind.GIVEN_BACK: "回答案が差し戻されたとき",
    NoticeKind.DECIDED: "書いた回答案が決裁されたとき",
    NoticeKind.DIGEST: "朝のまとめ",
    NoticeKind.TABLE: "メールで受け取る集計表",
}

_NEEDS = {
    NoticeKind.SOON: Permission.WORK_MATTERS,
    NoticeKind.TODAY: Permission.WORK_MATTERS,
    NoticeKind.OVERDUE: Permission.WORK_MATTERS,
    NoticeKind.APPROVER: Permission.APPROVE,
    NoticeKind.DESK: Permission.TRIAGE,
    NoticeKind.RETURNED: Permission.TRIAGE,
    NoticeKind.RESULT: Permission.WORK_MATTERS,
    NoticeKind.MENTION: Permission.VIEW_MATTERS,
    NoticeKind.ASKED: Permission.WORK_MATTERS,
    NoticeKind.GIVEN_BACK: Permission.WORK_MATTERS,
    NoticeKind.DECIDED: Permission.WORK_MATTERS,
    NoticeKind.DIGEST: Permission.WORK_MATTERS,
    NoticeKind.TABLE: Permission.VIEW_DASHBOARD,
}
_PERSONAL = frozenset({NoticeKind.MENTION, NoticeKind.ASKED, NoticeKind.GIVEN_BACK, NoticeKind.DECIDED})
"""About the person, not about a department's matters."""


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """What a member of staff may be told of. Who belongs to no department is told only what is about themselves."""
    kinds = [kind for kind in NoticeKind if actor.may(_NEEDS[kind])]
    return kinds if actor.department_id is not None else [kind for kind in kinds if kind in _PERSONAL]


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
