"""Master data of answers: templates (ひな形) and guidance for matters handed on (移送の案内)."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers.models import AnswerTemplate, TransferGuide
from feedback.answers.rules import template_problem
from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.routing.models import Area
from feedback.staff.rules import Actor, Permission
from feedback.taxonomy.mapping import area_mapping

LONGEST_NAME: Final = 100
Row = TypeVar("Row", AnswerTemplate, TransferGuide)


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """What staff may say of a template. ``area_key``: offered for this area first."""

    name: str
    body: str
    active: bool = True
    area_key: str | None = None


def templates(session: Session, *, active_only: bool = True) -> list[AnswerTemplate]:
    """All templates by name."""
    query = select(AnswerTemplate).order_by(AnswerTemplate.name, AnswerTemplate.id)
    return list(session.scalars(query.where(AnswerTemplate.active) if active_only else query))


def templates_for(session: Session, area_key: str | None) -> list[AnswerTemplate]:
    """Those in use by name, first the ones of a matter's area: also what was made before areas were merged or split."""
    mapping = area_mapping(session)
    return sorted(templates(session), key=lambda one: not mapping.belongs(one.area_key, area_key))


def guides(session: Session, *, active_only: bool = True) -> list[TransferGuide]:
    """All guidance texts in the order they were made."""
    query = select(TransferGuide).order_by(TransferGuide.id)
    return list(session.scalars(query.where(TransferGuide.active) if active_only else query))


def save_template(
    session: Session, *, template_id: int | None, words: TemplateWords, actor: Actor, at: datetime
) -> AnswerTemplate:
    """Add or change a template. Invalid: an unknown variable, no words, a name taken."""
    return _save(session, AnswerTemplate, template_id, words, actor=actor, at=at)


def save_guide(
    session: Session, *, guide_id: int | None, words: TemplateWords, actor: Actor, at: datetime
) -> TransferGuide:
    """Add or change guidance for one destination."""
    return _save(session, TransferGuide, guide_id, words, actor=actor, at=at)


def install_defaults(session: Session) -> None:
    """Fill a city that has neither templates nor guidance with the ones to start from."""
    if any(session.scalar(select(table.id).limit(1)) for table in (AnswerTemplate, TransferGuide)):
        return
    texts = tomllib.loads(files("feedback.answers").joinpath("defaults.toml").read_text("utf-8"))
    session.add_all(
        AnswerTemplate(name=one["name"], body=one["body"].strip(), active=True) for one in texts["templates"]
    )
    session.add_all(TransferGuide(name=one["name"], body=one["body"].strip(), active=True) for one in texts["guides"])
    session.flush()


def _save(
    session: Session, table: type[Row], row_id: int | None, words: TemplateWords, *, actor: Actor, at: datetime
) -> Row:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この設定を変更する権限がありません。")
    name = words.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"名前を{LONGEST_NAME}文字以内で入力してください。")
    problem = template_problem(words.body)
    if problem:
        raise Invalid(problem)
    if session.scalar(select(table.id).where(table.name == name, table.id != (row_id or 0))) is not None:
        raise Invalid("同じ名前のものがあります。別の名前にしてください。")
    row = session.get(table, row_id) if row_id is not None else table()
    if row is None:
        raise NotFound("見つかりません。一覧を開き直してください。")
    row.name, row.body, row.active = name, words.body.replace("\r\n", "\n").strip(), words.active
    if isinstance(row, AnswerTemplate):
        if words.area_key is not None and session.get(Area, words.area_key) is None:
            raise Invalid("分野を選び直してください。")
        row.area_key = words.area_key
    session.add(row)
    session.flush()
    kind = table.__tablename__.removesuffix("s")
    audit.record(
        session, at=at, staff_id=actor.id, action=f"{kind}.saved", subject_type=kind, subject_id=row.id, detail={}
    )
    return row
