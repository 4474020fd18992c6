"""What is done with models: keeping a new one, putting one into force, going back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.config import Settings
from feedback.errors import Invalid, NotFound
from feedback.jobs import service as jobs
from feedback.jobs.models import Job, JobState
from feedback.learning import files, queries
from feedback.learning.models import ModelActivation, ModelVersion
from feedback.learning.queries import SHIPPED_NAME, ActiveModel
from feedback.learning.rules import Comparison, comparison, worse

_LONGEST_TROUBLE = 300
_REQUESTED = {"learn": "model.learning_requested", "reread": "opinions.reread_requested"}


def keep(
    session: Session,
    *,
    version: str,
    sha256: str,
    data_sha256: str,
    texts: int,
    corrections: int,
    learned_until: datetime | None,
    compared: Comparison,
    at: datetime,
    staff_id: int | None,
) -> ModelVersion:
    """Keep a model that was just learnt as a candidate. The same model learnt again is the same row. Flushed."""
    model = session.scalar(select(ModelVersion).where(ModelVersion.version == version))
    model = model or ModelVersion(version=version)
    model.sha256, model.data_sha256 = sha256, data_sha256
    model.taxonomy = queries.city_taxonomy(session)
    model.texts, model.corrections, model.learned_until = texts, corrections, learned_until
    model.metrics = compared.as_json()
    model.trained_at, model.trained_by_id, model.trouble = at, staff_id, None
    session.add(model)
    session.flush()
    _record(session, "model.learnt", version, at=at, staff_id=staff_id, texts=texts, corrections=corrections)
    return model


def request(session: Session, *, kind: str, at: datetime, staff_id: int | None) -> Job:
    """Ask for the job that learns ("learn") or reads all opinions again ("reread"). Invalid while one is under way."""
    if session.scalar(select(Job.id).where(Job.kind == kind, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))):
        raise Invalid("同じ処理がすでに進んでいます。終わるまでお待ちください。")
    job = jobs.enqueue(session, kind=kind, payload={}, now=at, created_by_id=staff_id)
    audit.record(session, at=at, staff_id=staff_id, action=_REQUESTED[kind], subject_type="job", subject_id=job.id)
    return job


def activate(
    session: Session, settings: Settings, *, version: str, at: datetime, staff_id: int | None, force: bool = False
) -> None:
    """Put a model into force. NotFound; Invalid when its file is not the one that was kept.

    Invalid, with the figures, when it is worse than the present one or was never compared with it, unless forced.
    """
    model = session.scalar(select(ModelVersion).where(ModelVersion.version == version))
    if model is None:
        raise NotFound(f"モデル {version} は登録されていません。")
    present = queries.active(session)
    if model.id == present.id:
        raise Invalid("このモデルは、すでに使われています。")
    refusal = _refusal(comparison(model.metrics), present)
    if refusal and not force:
        raise Invalid(refusal)
    files.check(settings, version=model.version, sha256=model.sha256)
    _put_into_force(session, model.id, at=at, staff_id=staff_id, forced=bool(refusal))
    _record(session, "model.activated", version, at=at, staff_id=staff_id, before=present.version, forced=bool(refusal))


def _refusal(compared: Comparison | None, present: ActiveModel) -> str | None:
    if compared is None or compared.champion != present.version:
        return f"今のモデル（{present.name}）と比べた結果がありません。もう一度学習すると、今のモデルと比べます。"
    lower = worse(compared)
    if lower:
        return f"今のモデルより悪くなるため、切り替えません（{compared.n:,}件で比較）。{'、'.join(lower)}。"
    return None


def roll_back(session: Session, settings: Settings, *, at: datetime, staff_id: int | None) -> str:
    """Put the model before into force again; returns its name. Invalid when there was none."""
    before = queries.previous(session)
    if before is None:
        raise Invalid("まだ一度も切り替えていないため、戻すモデルがありません。")
    if before.version is not None and before.sha256 is not None:
        files.check(settings, version=before.version, sha256=before.sha256)
    present = queries.active(session)
    _put_into_force(session, before.id, at=at, staff_id=staff_id, forced=False)
    _record(
        session, "model.rolled_back", before.version or SHIPPED_NAME, at=at, staff_id=staff_id, before=present.version
    )
    return before.name


def note_trouble(session: Session, model_id: int, trouble: str | None) -> None:
    """Say that a model cannot be read and why, or that it can again."""
    words = trouble[:_LONGEST_TROUBLE] if trouble else None
    session.execute(
        update(ModelVersion)
        .where(ModelVersion.id == model_id, ModelVersion.trouble.is_distinct_from(words))
        .values(trouble=words)
    )


def _put_into_force(
    session: Session, model_id: int | None, *, at: datetime, staff_id: int | None, forced: bool
) -> None:
    session.add(ModelActivation(model_id=model_id, at=at, staff_id=staff_id, forced=forced))
    session.flush()


def _record(session: Session, action: str, version: str, *, at: datetime, staff_id: int | None, **detail: Any) -> None:
    audit.record(
        session, at=at, staff_id=staff_id, action=action, subject_type="model", subject_id=version, detail=detail
    )
