"""Reads of models: which one is in force, which there are, and how many corrections came since."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.learning.models import ModelActivation, ModelVersion
from feedback.learning.rules import Comparison, comparison, taxonomy
from feedback.opinions.models import Label
from feedback.routing.models import Area
from feedback.staff.models import Staff

_HISTORY = 20


class ModelState(StrEnum):
    """Whether a model was ever in force."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"


STATE_NAMES = {ModelState.CANDIDATE: "候補", ModelState.ACTIVE: "使用中", ModelState.RETIRED: "使い終わり"}
SHIPPED_NAME = "付属のモデル"


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The model in force; without id and version it is the one that ships."""

    id: int | None
    version: str | None
    sha256: str | None
    trouble: str | None

    @property
    def name(self) -> str:
        """What staff call it."""
        return self.version or SHIPPED_NAME


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model as staff see it. ``comparison`` was made with the model in force at the time."""

    id: int
    version: str
    state: ModelState
    texts: int
    corrections: int
    learned_until: datetime | None
    trained_at: datetime
    trained_by: str | None
    comparison: Comparison | None
    is_outdated: bool
    trouble: str | None

    @property
    def state_name(self) -> str:
        """Where it stands, in words."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One change of the model in force."""

    name: str
    at: datetime
    staff: str | None
    forced: bool


def active(session: Session) -> ActiveModel:
    """The model in force. One look-up by primary key, cheap enough for every few seconds."""
    found = session.execute(
        select(ModelVersion.id, ModelVersion.version, ModelVersion.sha256, ModelVersion.trouble)
        .select_from(ModelActivation)
        .outerjoin(ModelVersion, ModelVersion.id == ModelActivation.model_id)
        .order_by(ModelActivation.id.desc())
        .limit(1)
    ).first()
    return ActiveModel(*found) if found else ActiveModel(None, None, None, None)


def models(session: Session) -> list[ModelRow]:
    """All models, newest first."""
    in_force = active(session).id
    used = set(session.scalars(select(ModelActivation.model_id).distinct()))
    present = city_taxonomy(session)

    def state(model_id: int) -> ModelState:
        if model_id == in_force:
            return ModelState.ACTIVE
        return ModelState.RETIRED if model_id in used else ModelState.CANDIDATE

    rows = session.execute(
        select(ModelVersion, Staff.name)
        .outerjoin(Staff, Staff.id == ModelVersion.trained_by_id)
        .order_by(ModelVersion.id.desc())
    )
    return [
        ModelRow(
            id=one.id,
            version=one.version,
            state=state(one.id),
            texts=one.texts,
            corrections=one.corrections,
            learned_until=one.learned_until,
            trained_at=one.trained_at,
            trained_by=name,
            comparison=comparison(one.metrics),
            is_outdated=one.taxonomy != present,
            trouble=one.trouble,
        )
        for one, name in rows
    ]


def history(session: Session) -> list[ActivationRow]:
    """The latest changes of the model in force, newest first."""
    rows = session.execute(
        select(ModelVersion.version, ModelActivation.at, Staff.name, ModelActivation.forced)
        .select_from(ModelActivation)
        .outerjoin(ModelVersion, ModelVersion.id == ModelActivation.model_id)
        .outerjoin(Staff, Staff.id == ModelActivation.staff_id)
        .order_by(ModelActivation.id.desc())
        .limit(_HISTORY)
    )
    return [ActivationRow(version or SHIPPED_NAME, at, staff, forced) for version, at, staff, forced in rows]


def previous(session: Session) -> ActiveModel | None:
    """The model that was in force before the present one; None when there was no change yet."""
    rows = session.execute(
        select(ModelVersion.id, ModelVersion.version, ModelVersion.sha256, ModelVersion.trouble)
        .select_from(ModelActivation)
        .outerjoin(ModelVersion, ModelVersion.id == ModelActivation.model_id)
        .order_by(ModelActivation.id.desc())
        .limit(2)
    ).all()
    if not rows:
        return None
    return ActiveModel(*rows[1]) if len(rows) > 1 else ActiveModel(None, None, None, None)


def new_corrections(session: Session) -> int:
    """How many labels of areas and kinds people gave since the last learning."""
    last = session.scalar(select(func.max(ModelVersion.trained_at)))
    query = select(func.count()).select_from(Label).where(Label.field.in_(("area", "kind")))
    return session.scalar(query.where(Label.at > last) if last is not None else query) or 0


def city_taxonomy(session: Session) -> str:
    """The name of the city's present set of areas."""
    return taxonomy(session.scalars(select(Area.key).where(Area.active)))
