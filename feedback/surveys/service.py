"""Making surveys: save, publish, close; the addresses under which they are answered.

``actor`` None is the system itself: the command line.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.citizens.models import Citizen
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.staff.rules import Actor, Permission
from feedback.surveys.checking import faults
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of, document_of
from feedback.surveys.models import (
    LinkKind,
    PersonKind,
    Survey,
    SurveyDraft,
    SurveyLink,
    SurveyParticipation,
    SurveyPlan,
    SurveyResponse,
    SurveyVersion,
)
from feedback.surveys.rules import SurveyState


def survey_of(session: Session, key: str) -> Survey:
    """The survey of a key. NotFound."""
    found = session.scalar(select(Survey).where(Survey.key == key))
    if found is None:
        raise NotFound("このキーのアンケートはありません。")
    return found


def save(
    session: Session,
    definition: Definition,
    *,
    actor: Actor | None,
    at: datetime,
    for_staff: bool | None = None,
    seen: int | None = None,
) -> SurveyVersion:
    """Keep a definition as the version being worked on; a new survey when its key is new. Faults may be left in it.

    A published version is never changed: the next one begins. ``seen``: the number of the version the editor began
    from; Conflict when another has come since. Invalid when anonymity would change after publishing.
    """
    _needs(actor)
    survey = session.scalar(select(Survey).where(Survey.key == definition.key).with_for_update())
    if survey is None:
        survey = _new(session, definition, actor, at)
    latest = latest_version(session, survey)
    if seen is not None and (latest is None or latest.number != seen):
        raise Conflict("ほかの人がこのアンケートを変更しました。開き直してください。")
    if survey.state is not SurveyState.DRAFT and survey.anonymous != definition.anonymous:
        raise Invalid("匿名かどうかは、公開した後では変えられません。新しいアンケートを作ってください。")
    if latest is None or latest.published_at is not None:
        number = latest.number + 1 if latest else 1
        latest = SurveyVersion(survey_id=survey.id, number=number, definition={}, saved_at=at)
        session.add(latest)
    latest.definition, latest.saved_at = document_of(definition), at
    if survey.state is SurveyState.DRAFT:
        survey.title, survey.anonymous = definition.title, definition.anonymous
        survey.opens, survey.closes = definition.opens, definition.closes
    if for_staff is not None:
        survey.for_staff = for_staff
    session.flush()
    _audit(session, "survey.saved", survey, actor, at, version=latest.number)
    return latest


def publish(session: Session, key: str, *, actor: Actor | None, at: datetime) -> SurveyVersion:
    """Put the version being worked on into force. Those in the middle of an older one finish that.

    Invalid with all faults, or when there is nothing new to publish. Trial answers are deleted.
    """
    _needs(actor)
    survey = survey_of(session, key)
    version = latest_version(session, survey)
    if version is None or (version.published_at is not None and survey.state is SurveyState.PUBLISHED):
        raise Invalid("公開していない変更はありません。")
    definition = definition_of(version.definition)
    found = faults(definition)
    if definition.closes is not None and definition.closes <= at:
        found.append("締切が過ぎています。")
    if found:
        raise Invalid("\n".join(found))
    _delete_trials(session, survey)
    version.published_at = version.published_at or at
    version.published_by_id = version.published_by_id or (actor.id if actor else None)
    survey.state, survey.closed_at = SurveyState.PUBLISHED, None
    survey.title, survey.anonymous = definition.title, definition.anonymous
    survey.opens, survey.closes = definition.opens, definition.closes
    session.flush()
    _audit(session, "survey.published", survey, actor, at, version=version.number)
    return version


def close(session: Session, key: str, *, actor: Actor | None, at: datetime) -> None:
    """Take no more answers, from now on. Unsent answers are deleted."""
    _needs(actor)
    survey = survey_of(session, key)
    if survey.state is not SurveyState.PUBLISHED:
        raise Invalid("公開中のアンケートではありません。")
    survey.state, survey.closed_at = SurveyState.CLOSED, at
    session.execute(delete(SurveyDraft).where(SurveyDraft.survey_id == survey.id))
    _forget_erased(session, survey)
    _audit(session, "survey.closed", survey, actor, at)


def remove(session: Session, key: str, *, actor: Actor | None, at: datetime) -> None:
    """Delete a survey that was never published, with its trial answers. Invalid otherwise."""
    _needs(actor)
    survey = survey_of(session, key)
    if survey.state is not SurveyState.DRAFT:
        raise Invalid("公開したことのあるアンケートは削除できません。")
    _delete_trials(session, survey)
    session.execute(delete(SurveyDraft).where(SurveyDraft.survey_id == survey.id))
    session.execute(delete(SurveyLink).where(SurveyLink.survey_id == survey.id))
    session.execute(delete(SurveyPlan).where(SurveyPlan.survey_id == survey.id))
    session.execute(delete(SurveyVersion).where(SurveyVersion.survey_id == survey.id))
    _audit(session, "survey.removed", survey, actor, at)
    session.delete(survey)


def add_link(
    session: Session, key: str, *, kind: LinkKind, label: str, actor: Actor | None, at: datetime
) -> SurveyLink:
    """A new address for a survey; ``token`` stands in it. Flushed."""
    _needs(actor)
    survey = survey_of(session, key)
    if len(label) > 60:
        raise Invalid("名前は60文字までにしてください。")
    link = SurveyLink(
        survey_id=survey.id,
        kind=kind,
        token=secrets.token_urlsafe(12),
        label=label.strip(),
        created_at=at,
        created_by_id=actor.id if actor else None,
    )
    session.add(link)
    session.flush()
    _audit(session, "survey.link_added", survey, actor, at, link=link.id, kind=kind)
    return link


def switch_link(session: Session, link_id: int, *, active: bool, actor: Actor | None, at: datetime) -> None:
    """Turn an address off, or on again."""
    _needs(actor)
    link = session.get(SurveyLink, link_id)
    if link is None:
        raise NotFound("このリンクはありません。")
    link.active = active
    survey = session.get_one(Survey, link.survey_id)
    _audit(session, "survey.link_switched", survey, actor, at, link=link.id, active=active)


def latest_version(session: Session, survey: Survey) -> SurveyVersion | None:
    """The newest version, published or being worked on."""
    return session.scalar(
        select(SurveyVersion).where(SurveyVersion.survey_id == survey.id).order_by(SurveyVersion.number.desc()).limit(1)
    )


def definition_of_version(version: SurveyVersion) -> Definition:
    """What a version asks."""
    return definition_of(version.definition)


def version_in_force(session: Session, survey: Survey) -> SurveyVersion | None:
    """The newest published version."""
    return session.scalar(
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey.id, SurveyVersion.published_at.is_not(None))
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )


def _new(session: Session, definition: Definition, actor: Actor | None, at: datetime) -> Survey:
    survey = Survey(
        key=definition.key,
        title=definition.title,
        anonymous=definition.anonymous,
        state=SurveyState.DRAFT,
        created_at=at,
        created_by_id=actor.id if actor else None,
    )
    session.add(survey)
    session.flush()
    return survey


def _forget_erased(session: Session, survey: Survey) -> None:
    """That somebody took part who has had everything erased since is needed no longer."""
    erased = select(Citizen.id).where(Citizen.erased_at.is_not(None), Citizen.consent_at.is_(None))
    session.execute(
        delete(SurveyParticipation)
        .where(
            SurveyParticipation.survey_id == survey.id,
            SurveyParticipation.person_kind == PersonKind.CITIZEN,
            SurveyParticipation.person_id.in_(erased),
        )
        .execution_options(synchronize_session=False)
    )


def _delete_trials(session: Session, survey: Survey) -> None:
    session.execute(delete(SurveyResponse).where(SurveyResponse.survey_id == survey.id, SurveyResponse.test))
    session.execute(delete(SurveyDraft).where(SurveyDraft.survey_id == survey.id, SurveyDraft.test))


def _needs(actor: Actor | None) -> None:
    if actor is not None and not actor.may(Permission.MANAGE_SURVEYS):
        raise NotAllowed("アンケートを作る権限がありません。")


def _audit(session: Session, action: str, survey: Survey, actor: Actor | None, at: datetime, **detail: object) -> None:
    audit.record(
        session,
        at=at,
        staff_id=actor.id if actor else None,
        action=action,
        subject_type="survey",
        subject_id=survey.key,
        detail=detail,
    )
