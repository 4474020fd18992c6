"""The people of the demonstration city: its staff, and the citizens who follow its account. All are invented."""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.texts import NOTICE_VERSION
from feedback.citizens import service as citizens
from feedback.citizens.models import Citizen
from feedback.departments.models import Department
from feedback.keys import KeyRing
from feedback.staff import service as staff
from feedback.staff.models import Staff
from feedback.staff.rules import ROLE_NAMES, Actor, Role

_DOMAIN = "machikoe.example"


@dataclass(frozen=True, slots=True)
class Account:
    """An account anybody may use in the demonstration. ``role_name``: department and role, in Japanese."""

    email: str
    password: str
    role_name: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff; ``password`` is None where nobody is to log in (a random one is set)."""

    login: str
    name: str
    role: Role
    department: str | None
    password: str | None = None

    @property
    def email(self) -> str:
        """The address to log in with."""
        return f"{self.login}@{_DOMAIN}"


STAFF = (
    Colleague("kochi", "河内 聴子", Role.DESK, "kocho", "hibari-sakura-11"),
    Colleague("ishikawa", "石川 まもる", Role.DESK, "kocho"),
    Colleague("tanaka", "田中 一郎", Role.STAFF, "roads", "hibari-sakura-12"),
    Colleague("takahashi", "高橋 直人", Role.APPROVER, "roads", "hibari-sakura-13"),
    Colleague("nakamura", "中村 さくら", Role.STAFF, "parks", "hibari-sakura-14"),
    Colleague("kobayashi", "小林 誠", Role.APPROVER, "parks", "hibari-sakura-15"),
    Colleague("sato", "佐藤 花子", Role.STAFF, "environment", "hibari-sakura-16"),
    Colleague("kato", "加藤 浩", Role.APPROVER, "environment", "hibari-sakura-17"),
    Colleague("yamada", "山田 あゆみ", Role.STAFF, "childcare", "hibari-sakura-18"),
    Colleague("matsumoto", "松本 恵", Role.APPROVER, "childcare", "hibari-sakura-19"),
    Colleague("hashimoto", "橋本 光", Role.PR, "kocho", "hibari-sakura-20"),
    Colleague("kanri", "管理 太郎", Role.ADMINISTRATOR, None, "hibari-sakura-21"),
    Colleague("suzuki", "鈴木 みどり", Role.AUDITOR, None, "hibari-sakura-22"),
    Colleague("yoshida", "吉田 大輔", Role.STAFF, "waste"),
    Colleague("inoue", "井上 香織", Role.STAFF, "nursery"),
    Colleague("kimura", "木村 隆", Role.STAFF, "life_safety"),
    Colleague("hayashi", "林 健太", Role.STAFF, "water"),
    Colleague("shimizu", "清水 純", Role.STAFF, "rivers"),
    Colleague("yamaguchi", "山口 真由", Role.STAFF, "education"),
    Colleague("mori", "森 和彦", Role.APPROVER, "education"),
    Colleague("ikeda", "池田 翔", Role.STAFF, "citizens"),
    Colleague("abe", "阿部 剛", Role.STAFF, "crisis"),
    Colleague("ogawa", "小川 陽子", Role.STAFF, "elderly"),
    Colleague("okada", "岡田 徹", Role.STAFF, "transport"),
    Colleague("hasegawa", "長谷川 舞", Role.STAFF, "health"),
    Colleague("fujita", "藤田 勇", Role.STAFF, "culture"),
    Colleague("goto", "後藤 修", Role.STAFF, "welfare"),
    Colleague("murakami", "村上 彩", Role.STAFF, "library"),
)
"""Departments without anybody here are looked after by the listening desk."""

ACCOUNTS = tuple(one for one in STAFF if one.password is not None)
_HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""The passwords are printed for everybody to read or random, so a costly hash would only delay the start."""


def register(session: Session, *, at: datetime) -> dict[str, Actor]:
    """Add the staff who are not there yet. Returns all of them by login."""
    departments = dict(iter(session.execute(select(Department.code, Department.id))))
    known = {one.email: one for one in session.scalars(select(Staff))}
    actors = {}
    for one in STAFF:
        account = known.get(one.email) or staff.register(
            session,
            email=one.email,
            name=one.name,
            role=one.role,
            department_id=departments[one.department] if one.department else None,
            password=one.password or staff.one_time_password(),
            must_change_password=one.password is None,
            at=at,
            hasher=_HASHER,
        )
        actors[one.login] = staff.actor_of(account)
    return actors


def accounts(session: Session) -> list[Account]:
    """The accounts to try the demonstration with."""
    names = dict(iter(session.execute(select(Department.code, Department.name))))
    return [
        Account(
            one.email,
            one.password or "",
            "・".join(filter(None, [names.get(one.department or ""), ROLE_NAMES[one.role]])),
        )
        for one in ACCOUNTS
    ]


@dataclass(frozen=True, slots=True)
class Resident:
    """A citizen on LINE. ``voice``: whose way of writing in the corpus is theirs (see its datasheet)."""

    voice: str
    age_band: str | None
    district: str | None


RESIDENTS = (
    Resident("w1", "30s", "ひばり台"),
    Resident("w1", "40s", "桜ヶ丘"),
    Resident("w3", "20s", "川北"),
    Resident("w1", "30s", "緑ヶ丘"),
    Resident("w5", "50s", "千代田"),
    Resident("w1", None, None),
    Resident("w3", "10s", "中央"),
    Resident("w1", "40s", "城南"),
    Resident("w4", "60s", "緑ヶ丘"),
    Resident("w3", None, None),
    Resident("w5", "40s", "桜ヶ丘"),
    Resident("w3", "20s", "中央"),
    Resident("w2", "70s", "桜ヶ丘"),
    Resident("w2", "70s", "宮前"),
    Resident("w5", None, "城南"),
    Resident("w5", "30s", None),
    Resident("w1", "30s", "みどり台"),
    Resident("w3", "10s", "中央"),
    Resident("w5", "50s", None),
    Resident("w3", "20s", "川北"),
    Resident("w2", "60s", "長尾台"),
    Resident("w4", "50s", None),
    Resident("w5", "40s", "ひばり台"),
    Resident("w9", None, None),
)
_BLOCKED = frozenset({9, 23})
"""Citizens who have blocked the account since."""
DISTRICTS = ("桜ヶ丘", "ひばり台", "緑ヶ丘", "みどり台", "川北", "中央", "城南", "千代田", "長尾台", "宮前")


def _line_id(number: int) -> str:
    return f"U{number:032x}"


def befriend(session: Session, number: int, *, keys: KeyRing, at: datetime) -> Citizen:
    """The citizen behind a number of `RESIDENTS`; who is new follows the account and agrees a minute before."""
    line_id = _line_id(number)
    citizen = citizens.load(session, keys=[keys.lookup(line_id)], now=at)[keys.lookup(line_id)]
    if citizen.consent_at is None:
        sealed = keys.encrypt(line_id.encode(), purpose=citizens.LINE_ID)
        citizens.give_consent(citizen, version=NOTICE_VERSION, line_user_id_sealed=sealed, at=at)
        citizen.reachable = number not in _BLOCKED
        citizen.age_band, citizen.district = RESIDENTS[number].age_band, RESIDENTS[number].district
    return citizen
