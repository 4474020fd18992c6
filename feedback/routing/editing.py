"""Changes policy areas and routing rules, as the city's staff do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.departments.models import Department
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.opinions.rules import Kind
from feedback.routing.models import Area, RoutingRule
from feedback.staff.rules import Actor, Permission
from feedback.taxonomy.recording import record_change
from feedback.taxonomy.rules import Operation

_KEY = re.compile(r"[a-z][a-z0-9_]{1,31}")
_SHORT = 20


@dataclass(frozen=True, slots=True)
class AreaWords:
    """What staff may say of an area."""

    name: str
    short_name: str
    description: str
    department_id: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What staff may say of a routing rule; a condition left empty matches everything."""

    name: str
    area_key: str | None
    kind: str | None
    words: tuple[str, ...]
    district: str | None
    department_id: int
    active: bool


def save_area(
    session: Session, *, key: str, words: AreaWords, new: bool, actor: Actor, at: datetime, noted: bool = True
) -> Area:
    """Add or change an area. The key stays for ever, since counts of past years hang on it.

    A change of the taxonomy is written down as a version of it, unless it is part of a larger one (not ``noted``).

    Invalid: the key is taken or badly formed, a name is missing or too long.
    """
    _needs(actor)
    area = session.get(Area, key)
    if new and (area is not None or not _KEY.fullmatch(key)):
        raise Invalid("キーは、ほかの分野と重ならない、英小文字で始まる半角の英小文字・数字・_ にしてください。")
    if area is None and not new:
        raise NotFound("分野が見つかりません。")
    if not words.name.strip() or not words.short_name.strip() or len(words.short_name.strip()) > _SHORT:
        raise Invalid(f"名前と、{_SHORT}文字までの短い名前を入力してください。")
    _check_department(session, words.department_id)
    if area is None:
        last = session.scalar(select(func.max(Area.position)))
        area = Area(key=key, position=(last or 0) + 1)
        session.add(area)
    operation = _operation(area, words, new=new)
    area.name, area.short_name = words.name.strip(), words.short_name.strip()
    area.description, area.department_id, area.active = words.description.strip(), words.department_id, words.active
    session.flush()
    if noted and operation is not None:
        record_change(session, operation, sources=[key], actor=actor, at=at, moved={"retired": [key]})
    note(session, "area.saved", key, actor, at, department_id=words.department_id, active=words.active)
    return area


def _operation(area: Area, words: AreaWords, *, new: bool) -> Operation | None:
    if new:
        return Operation.ADD
    if area.active != words.active:
        return Operation.RESTORE if words.active else Operation.RETIRE
    return Operation.RENAME if area.name != words.name.strip() else None


def order_areas(session: Session, *, keys: Sequence[str], actor: Actor, at: datetime) -> None:
    """Put the areas into this order."""
    _needs(actor)
    places = {key: place for place, key in enumerate(keys)}
    for area in session.scalars(select(Area)):
        area.position = places.get(area.key, len(places) + area.position)
    note(session, "areas.ordered", "all", actor, at)


def save_rule(session: Session, *, rule_id: int | None, words: RuleWords, actor: Actor, at: datetime) -> RoutingRule:
    """Add a rule behind the others (``rule_id`` None) or change one. Invalid: it has no name or no condition."""
    _needs(actor)
    rule = _rule(session, rule_id) if rule_id else _new_rule(session)
    if not words.name.strip():
        raise Invalid("ルールの名前を入力してください。")
    if not (words.area_key or words.kind or words.words or words.district):
        raise Invalid("条件を一つ以上指定してください。条件がないと、すべての意見がこの課に届きます。")
    if words.kind is not None and words.kind not in list(Kind):
        raise Invalid("種別を選び直してください。")
    _check_department(session, words.department_id)
    rule.name, rule.area_key, rule.kind = words.name.strip()[:100], words.area_key, words.kind
    rule.words, rule.district = list(words.words), words.district
    rule.department_id, rule.active = words.department_id, words.active
    session.add(rule)
    session.flush()
    note(session, "rule.saved", rule.id, actor, at, department_id=words.department_id, active=words.active)
    return rule


def move_rule(session: Session, *, rule_id: int, up: bool, actor: Actor, at: datetime) -> None:
    """Try a rule one place earlier or later."""
    _needs(actor)
    rules = list(session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)))
    place = next((n for n, one in enumerate(rules) if one.id == rule_id), None)
    if place is None:
        raise NotFound("ルールが見つかりません。")
    other = place - 1 if up else place + 1
    if 0 <= other < len(rules):
        rules[place], rules[other] = rules[other], rules[place]
    for position, rule in enumerate(rules):
        rule.position = position
    note(session, "rule.moved", rule_id, actor, at, up=up)


def delete_rule(session: Session, *, rule_id: int, actor: Actor, at: datetime) -> None:
    """Take a rule away. What it routed in the past keeps the rule's name in its history."""
    _needs(actor)
    session.delete(_rule(session, rule_id))
    note(session, "rule.deleted", rule_id, actor, at)


def _new_rule(session: Session) -> RoutingRule:
    last = session.scalar(select(func.max(RoutingRule.position)))
    return RoutingRule(position=(last if last is not None else -1) + 1)


def _rule(session: Session, rule_id: int) -> RoutingRule:
    found = session.get(RoutingRule, rule_id)
    if found is None:
        raise NotFound("ルールが見つかりません。")
    return found


def _check_department(session: Session, department_id: int | None) -> None:
    with session.no_autoflush:
        known = department_id is None or session.get(Department, department_id) is not None
    if not known:
        raise Invalid("担当課を選び直してください。")


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")


def note(session: Session, action: str, subject: int | str, actor: Actor, at: datetime, **detail: object) -> None:
    """Write a change of areas or rules into the audit trail."""
    audit.record(
        session, at=at, staff_id=actor.id, action=action, subject_type="routing", subject_id=subject, detail=detail
    )
