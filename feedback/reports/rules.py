"""Pure: where a report stands, and who may see, write and approve it."""

from collections.abc import Collection
from enum import StrEnum

from feedback.staff.rules import Actor, Permission, Role

LONGEST_COMMENTARY = 4000


class ReportState(StrEnum):
    """Where a report stands. ``approved``: final, its files are being made."""

    BUILDING = "building"
    DRAFT = "draft"
    APPROVED = "approved"
    ARCHIVED = "archived"


STATE_NAMES = {
    ReportState.BUILDING: "集計中",
    ReportState.DRAFT: "案",
    ReportState.APPROVED: "承認済（保存中）",
    ReportState.ARCHIVED: "確定・保存済",
}


def may_see(actor: Actor, *, of_department: bool, department_id: int | None) -> bool:
    """Reports of the city are for those who see all matters; a department sees the reports about itself."""
    if not actor.may(Permission.VIEW_REPORTS):
        return False
    own = of_department and department_id is not None and department_id == actor.department_id
    return actor.sees_all or own


def may_write(actor: Actor, *, of_department: bool, department_id: int | None) -> bool:
    """Who may build a report and comment on it."""
    seen = may_see(actor, of_department=of_department, department_id=department_id)
    return seen and actor.may(Permission.WRITE_REPORTS)


def why_not_approve(
    actor: Actor, *, writers: Collection[int], writer_role: Role | None, complete: bool, adds_up: bool
) -> str | None:
    """Why a report cannot be approved (by this person), in words; None when it can.

    Whoever approves is another person than all who wrote, in another role than the one who made the report.
    """
    if not complete:
        return "期間がまだ終わっていないため、承認できません。期間が終わってから集計し直してください。"
    if not adds_up:
        return "照合が合っていないため、承認できません。「照合」の内容を確かめ、直してから集計し直してください。"
    if not actor.may(Permission.APPROVE_REPORTS):
        return "報告を承認する権限がありません。"
    if actor.id in writers:
        return "作成や所見に関わった人は、承認できません。ほかの人に承認を頼んでください。"
    if writer_role is not None and actor.role is writer_role:
        return "作成した人と同じ役割の人は、承認できません。"
    return None
