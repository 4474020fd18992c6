"""Pure decisions about answers: states, who reviews and who decides, templates and their variables."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from feedback.staff.rules import PERMISSIONS, Permission, Role

LONGEST_BODY: Final = 3000
"""Characters; with the receipt number and the citizen's words it fits one LINE message."""
LONGEST_COMMENT: Final = 1000
LONGEST_HANDED_OVER: Final = 300
MOST_REVIEWERS: Final = 6


class AnswerState(StrEnum):
    """Where an answer stands. ``approved``: decided, but still to be handed over by a person."""

    DRAFT = "draft"
    IN_APPROVAL = "in_approval"
    APPROVED = "approved"
    SENT = "sent"


ANSWER_STATE_NAMES = {
    AnswerState.DRAFT: "作成中",
    AnswerState.IN_APPROVAL: "決裁中",
    AnswerState.APPROVED: "決裁済・発送待ち",
    AnswerState.SENT: "回答済",
}
UNFINISHED: Final = frozenset(AnswerState) - {AnswerState.SENT}


class Method(StrEnum):
    """How an answer reaches the citizen."""

    LINE = "line"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"


METHOD_NAMES = {
    Method.LINE: "LINEで送る",
    Method.LETTER: "手紙で送る",
    Method.EMAIL: "電子メールで送る",
    Method.IN_PERSON: "手渡し・電話で回答済み",
}
BY_A_PERSON: Final = frozenset({Method.LETTER, Method.EMAIL})
"""Sent by somebody after the approval, who then says so."""


class StepState(StrEnum):
    """Where a reviewer's step stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    CANCELLED = "cancelled"


STEP_STATE_NAMES = {
    StepState.WAITING: "確認待ち",
    StepState.APPROVED: "確認済",
    StepState.RETURNED: "差戻し",
    StepState.CANCELLED: "取りやめ",
}


class ApprovalAction(StrEnum):
    """What happened on the way of an answer."""

    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"
    APPROVED = "approved"
    SENT = "sent"


APPROVAL_ACTION_NAMES = {
    ApprovalAction.SUBMITTED: "起案・提出",
    ApprovalAction.REVIEWED: "確認",
    ApprovalAction.RETURNED: "差戻し",
    ApprovalAction.TAKEN_BACK: "取り戻し",
    ApprovalAction.APPROVED: "決裁",
    ApprovalAction.SENT: "発送",
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A member of staff as a route of approval knows them."""

    id: int
    name: str
    role: Role
    department_id: int | None
    active: bool = True


def may_review(one: Reviewer, *, department_id: int) -> bool:
    """Whether somebody may stand in the route of a department's answer: they must see and work its matters."""
    granted = PERMISSIONS[one.role]
    sees = Permission.VIEW_ALL_MATTERS in granted or one.department_id == department_id
    return one.active and sees and Permission.WORK_MATTERS in granted


def deciders(staff: Collection[Reviewer], *, department_id: int) -> list[Reviewer]:
    """Who may decide on a department's answers: its approvers; where it has none, the listening desk."""
    able = [one for one in staff if one.active]
    own = [one for one in able if one.role is Role.APPROVER and one.department_id == department_id]
    return own or [one for one in able if one.role is Role.DESK]


@dataclass(frozen=True, slots=True)
class Office:
    """What a route is checked against. ``self_approval``: the city lets an only approver decide on their own draft."""

    staff: Mapping[int, Reviewer]
    department_id: int
    authors: frozenset[int]
    self_approval: bool = False

    def deciders(self) -> list[Reviewer]:
        """Who may decide here."""
        return deciders(list(self.staff.values()), department_id=self.department_id)

    def is_barred(self, person_id: int, *, deciding: bool) -> bool:
        """Whether somebody wrote the draft and may therefore not pass it."""
        if person_id not in self.authors:
            return False
        alone = [one.id for one in self.deciders()] == [person_id]
        return not (deciding and self.self_approval and alone)


def route_problem(route: Sequence[int], office: Office) -> str | None:
    """What is wrong with a route of reviewers (ids in order, the last one decides), or None."""
    if not route:
        return "決裁者を選んでください。"
    if len(route) > MOST_REVIEWERS or len(set(route)) < len(route):
        return f"確認する人は、重ならないように{MOST_REVIEWERS}人まで選んでください。"
    people = [office.staff.get(one) for one in route]
    if any(one is None or not may_review(one, department_id=office.department_id) for one in people):
        return "確認する人を選び直してください。担当課の職員と広聴担当の中から選べます。"
    if route[-1] not in {one.id for one in office.deciders()}:
        return "最後の人は、担当課の決裁者（決裁者のいない課では広聴担当）にしてください。"
    if any(office.is_barred(one, deciding=one == route[-1]) for one in route):
        return "回答案を書いた人は、自分で確認・決裁できません。別の人を選んでください。"
    return None


_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
_BLANK = re.compile(r"〔[^〔〕\n]*〕")
VARIABLES: Final = {
    "受付番号": "受付番号（例：R8-000123）",
    "受付日": "意見を受け付けた日",
    "分野": "意見の分野",
    "担当課": "担当課の名前",
    "対応内容": "「対応区分」に書いた内容・理由",
    "市名": "市の名前",
}
"""What a template may hold in braces, and what it stands for."""


def template_problem(body: str) -> str | None:
    """What is wrong with a template's words, or None."""
    if not body.strip():
        return "文面を入力してください。"
    if len(body) > LONGEST_BODY:
        return f"文面は{LONGEST_BODY}文字以内で入力してください。"
    unknown = sorted({name for name in _VARIABLE.findall(body) if name not in VARIABLES})
    if unknown:
        names = "、".join(f"{{{name}}}" for name in unknown)
        return f"使えない差し込みがあります：{names}。使えるのは{'、'.join(f'{{{name}}}' for name in VARIABLES)}です。"
    return None


def fill(body: str, values: Mapping[str, str]) -> str:
    """A template with its variables filled in. What has no value stays as it is, for the check to find."""
    return _VARIABLE.sub(lambda match: values.get(match[1]) or match[0], body)


def unresolved(body: str) -> list[tuple[int, int]]:
    """Where variables in braces and blanks in 〔 〕 are still to be filled in."""
    found = [match.span() for pattern in (_VARIABLE, _BLANK) for match in pattern.finditer(body)]
    return sorted(found)
