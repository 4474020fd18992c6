"""Pure decisions about staff: what each role may do, whose matters it sees, passwords and lock-out."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is to the system."""

    STAFF = "staff"
    APPROVER = "approver"
    DESK = "desk"
    PR = "pr"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.STAFF: "担当課職員",
    Role.APPROVER: "担当課決裁者",
    Role.DESK: "広聴担当",
    Role.PR: "広報担当",
    Role.ADMINISTRATOR: "システム管理者",
    Role.AUDITOR: "監査（閲覧のみ）",
}


class Permission(StrEnum):
    """One thing a role may do. Every route of the staff admin declares which one it needs."""

    USE_ADMIN = "use_admin"
    VIEW_MATTERS = "view_matters"
    VIEW_ALL_MATTERS = "view_all_matters"
    WORK_MATTERS = "work_matters"
    TRIAGE = "triage"
    VIEW_PERSONAL_DATA = "view_personal_data"
    VIEW_CITIZEN_LINKS = "view_citizen_links"
    APPROVE = "approve"
    ENTER_OPINIONS = "enter_opinions"
    IMPORT_OPINIONS = "import_opinions"
    EXPORT_OPINIONS = "export_opinions"
    EXPORT_PERSONAL_DATA = "export_personal_data"
    VIEW_DASHBOARD = "view_dashboard"
    PUBLISH = "publish"
    MANAGE_MASTER = "manage_master"
    MANAGE_STAFF = "manage_staff"
    VIEW_AUDIT = "view_audit"
    OPERATE = "operate"
    VIEW_REPORTS = "view_reports"
    WRITE_REPORTS = "write_reports"
    APPROVE_REPORTS = "approve_reports"
    VIEW_QUALITY = "view_quality"
    MANAGE_MODELS = "manage_models"
    VIEW_SURVEYS = "view_surveys"
    MANAGE_SURVEYS = "manage_surveys"


_P = Permission
_EVERYBODY = frozenset({_P.USE_ADMIN, _P.VIEW_MATTERS, _P.VIEW_DASHBOARD, _P.VIEW_SURVEYS})
_REPORTS = frozenset({_P.VIEW_REPORTS, _P.WRITE_REPORTS})
_STAFF = _EVERYBODY | _REPORTS | {_P.WORK_MATTERS, _P.VIEW_PERSONAL_DATA, _P.ENTER_OPINIONS, _P.EXPORT_OPINIONS}
_DESK = _STAFF | {
    _P.VIEW_ALL_MATTERS,
    _P.TRIAGE,
    _P.APPROVE,
    _P.APPROVE_REPORTS,
    _P.VIEW_CITIZEN_LINKS,
    _P.IMPORT_OPINIONS,
    _P.EXPORT_PERSONAL_DATA,
    _P.PUBLISH,
    _P.MANAGE_MASTER,
    _P.VIEW_QUALITY,
    _P.MANAGE_MODELS,
    _P.MANAGE_SURVEYS,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: _STAFF,
    Role.APPROVER: _STAFF | {_P.APPROVE, _P.APPROVE_REPORTS},
    Role.DESK: _DESK,
    Role.PR: _EVERYBODY
    | _REPORTS
    | {_P.VIEW_ALL_MATTERS, _P.EXPORT_OPINIONS, _P.PUBLISH, _P.APPROVE_REPORTS, _P.VIEW_QUALITY, _P.MANAGE_SURVEYS},
    Role.ADMINISTRATOR: frozenset(Permission) - {_P.APPROVE, _P.APPROVE_REPORTS},
    Role.AUDITOR: _EVERYBODY | {_P.VIEW_ALL_MATTERS, _P.VIEW_REPORTS, _P.VIEW_AUDIT, _P.VIEW_QUALITY},
}
"""What each role may do. Nothing else is allowed to anybody."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of staff on whose behalf something happens."""

    id: int
    name: str
    email: str
    role: Role
    department_id: int | None
    department_name: str | None = None
    shortcuts: bool = True

    def may(self, permission: Permission) -> bool:
        """Whether the role grants a permission."""
        return permission in PERMISSIONS[self.role]

    @property
    def sees_all(self) -> bool:
        """Whether matters of every department are visible; otherwise only those of the own department."""
        return self.may(Permission.VIEW_ALL_MATTERS)

    def sees(self, department_id: int) -> bool:
        """Whether matters of a department are visible."""
        return self.sees_all or (self.department_id is not None and self.department_id == department_id)


LONGEST_SESSION = timedelta(hours=12)
"""A working day: after it everybody logs in again."""
FAILED_LOGINS_ALLOWED = 5
FAILURES_PER_ADDRESS = 50
"""Failed log-ins from one address of the network within `LOCK`; a whole town hall may stand behind one."""
LOCK = timedelta(minutes=15)
PASSWORD_LENGTH = 12
_PASSWORD_LONGEST = 128
_COMMON = ("password", "passw0rd", "123456", "qwerty", "machikoe", "admin", "abcdef", "111111")


def locked_until(failed_logins: int, *, now: datetime) -> datetime | None:
    """Until when an account stays closed after so many failures in a row, or None when it stays open."""
    return now + LOCK if failed_logins >= FAILED_LOGINS_ALLOWED else None


def password_problem(password: str, *, email: str) -> str | None:
    """What is wrong with a new password, in words for the person who typed it; None when it will do."""
    if len(password) < PASSWORD_LENGTH:
        return f"パスワードは{PASSWORD_LENGTH}文字以上にしてください。"
    if len(password) > _PASSWORD_LONGEST:
        return f"パスワードは{_PASSWORD_LONGEST}文字以内にしてください。"
    if len(set(password)) < 5:
        return "同じ文字の繰り返しは使えません。"
    folded = unicodedata.normalize("NFKC", password).casefold()
    name = email.split("@", 1)[0].casefold()
    if len(name) >= 4 and name in folded:
        return "メールアドレスを含むパスワードは使えません。"
    if any(folded.startswith(common) for common in _COMMON):
        return "推測されやすいパスワードです。別の文字列にしてください。"
    return None
