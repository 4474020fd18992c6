"""Staff of まちこえ市: every role, with passwords that are the same at every demonstration."""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.staff import service
from feedback.staff.models import Staff
from feedback.staff.rules import ROLE_NAMES, Actor, Role

# The passwords are printed for everybody to read, so a costly hash would only delay the start. Logging in renews it.
_HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
_DOMAIN = "machikoe.example"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody one can log in as, to be printed for whoever tries the demonstration."""

    email: str
    password: str
    name: str
    role_name: str
    department: str


_PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("kochi", "河内 聡子", Role.DESK, "kocho"),
    ("hirose", "広瀬 まどか", Role.PR, "kocho"),
    ("admin", "管 理一", Role.ADMINISTRATOR, "digital"),
    ("suzuki", "鈴木 正", Role.AUDITOR, None),
    ("tanaka", "田中 一郎", Role.STAFF, "roads"),
    ("michida", "道田 健", Role.APPROVER, "roads"),
    ("sato", "佐藤 花子", Role.STAFF, "environment"),
    ("morita", "森田 葵", Role.STAFF, "parks"),
    ("kobayashi", "小林 守", Role.STAFF, "childcare"),
    ("nomura", "野村 久美", Role.STAFF, "nursery"),
    ("watanabe", "渡邉 明", Role.STAFF, "citizens"),
    ("ito", "伊藤 学", Role.STAFF, "education"),
    ("takagi", "髙木 修", Role.STAFF, "crisis"),
    ("yamane", "山根 由紀", Role.STAFF, "health"),
)


def accounts(departments: dict[str, str]) -> list[Account]:
    """The accounts as they are printed; ``departments``: name by code."""
    return [
        Account(_email(key), _password(key), name, ROLE_NAMES[role], departments.get(code or "", ""))
        for key, name, role, code in _PEOPLE
    ]


def register(session: Session, *, at: datetime) -> dict[str, Actor]:
    """Make the accounts that are missing. Returns everybody by short name."""
    codes = {code: number for number, code in session.execute(select(Department.id, Department.code))}
    known = {one.email: one for one in session.scalars(select(Staff))}
    found = {}
    for key, name, role, code in _PEOPLE:
        staff = known.get(_email(key)) or service.register(
            session,
            email=_email(key),
            name=name,
            role=role,
            department_id=codes.get(code) if code else None,
            password=_password(key),
            must_change_password=False,
            at=at,
            hasher=_HASHER,
        )
        found[key] = service.actor_of(staff)
    return found


def _email(key: str) -> str:
    return f"{key}@{_DOMAIN}"


def _password(key: str) -> str:
    return f"demo-{key}-2026"
