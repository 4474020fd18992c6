"""What tests of answers start from: an approver of 道路管理課, a citizen who can be reached, a draft."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers import service
from feedback.answers.models import Answer
from feedback.answers.rules import Method
from feedback.answers.sending import Post
from feedback.citizens.models import Citizen, Consent
from feedback.citizens.service import LINE_ID
from feedback.db import Database
from feedback.departments.models import Department
from feedback.keys import KeyRing
from feedback.opinions.intake import Sender
from feedback.opinions.models import Matter
from feedback.ports import AnswerNotice
from feedback.staff import service as staff
from feedback.staff.rules import Actor, Role
from tests.admin.opinions import write_opinion
from tests.conftest import CHEAP_HASHER, PASSWORD

KEYS = KeyRing(data_keys=[b"d" * 32], lookup_key=b"l" * 32)
BODY = "現地を確認しました。12月中に白線を引き直します。"
LINE_USER = "U" + "1" * 32


class PlainMessages:
    """Citizens' messages that say what they were given."""

    def answer(self, notice: AnswerNotice) -> list[dict[str, Any]]:
        return [{"type": "text", "text": f"{notice.receipt} {notice.body} {notice.department} {notice.answer_id}"}]

    def transfer(self, notice: AnswerNotice) -> list[dict[str, Any]]:
        return [{"type": "text", "text": f"{notice.receipt} {notice.body}"}]


POST = Post(KEYS, PlainMessages())


def hire(session: Session, login: str, role: Role, department: str | None, *, at: datetime) -> Actor:
    """A colleague beside the cast."""
    found = session.scalar(select(Department.id).where(Department.code == department)) if department else None
    return staff.actor_of(
        staff.register(
            session,
            email=f"{login}@machikoe.example",
            name=login,
            role=role,
            department_id=found,
            password=PASSWORD,
            must_change_password=False,
            at=at,
            hasher=CHEAP_HASHER,
        )
    )


def write_from_line(
    database: Database, at: datetime, *, area: str = "roads", keys: KeyRing = KEYS, user: str = LINE_USER
) -> int:
    """An opinion of a citizen who can be written to; returns its matter's id."""
    key = keys.lookup(user)
    with database.write() as session:
        citizen = session.scalar(select(Citizen).where(Citizen.key == key))
        if citizen is None:
            citizen = Citizen(key=key, consent=Consent.GIVEN, reachable=True, language="ja", created_at=at)
            citizen.line_user_id_sealed = keys.encrypt(user.encode(), purpose=LINE_ID)
            session.add(citizen)
        session.flush()
        session.expunge(citizen)
    return write_opinion(database, at, area=area, sender=Sender(citizen=citizen))


def drafted(session: Session, matter_id: int, *, actor: Actor, at: datetime, method: Method = Method.LINE) -> Answer:
    """A draft of tanaka's."""
    matter = session.get_one(Matter, matter_id)
    return service.begin(session, matter_id, actor=actor, version=matter.version, at=at, method=method, body=BODY)
