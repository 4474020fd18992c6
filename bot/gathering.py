"""Looks up what a step asks for: facts for the machine, and the rows behind them for the actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from bot.batch import Batch
from bot.conversation.facts import Facts, Opinion, SentAnswer
from bot.conversation.incoming import Incoming, Words
from bot.conversation.needs import Needs
from bot.conversation.replies import OfferedSurvey
from bot.conversation.state import NEWEST
from bot.conversation.words import plain
from bot.held import Bundle, held_bundles
from bot.inbound import Inbound
from bot.messages.opinions import LIST_LENGTH
from bot.messages.scene import day
from bot.survey_facts import SurveyRows, offered_surveys, survey_of, titled_survey
from bot.texts import NOTICE_VERSION, lines
from feedback.answers import rating
from feedback.answers.models import Answer
from feedback.citizens.models import Citizen, Consent
from feedback.opinions import bulk, lifecycle
from feedback.opinions.models import MatterReading, Submission
from feedback.opinions.rules import AGE_BANDS, OPEN_STATUSES, Channel, MatterStatus, Source, joins
from feedback.routing.models import RoutingRule

_FUTURE: Final = timedelta(minutes=10)
_PAST: Final = timedelta(days=400)


@dataclass(slots=True)
class Gathered:
    """The citizen, the moment of the event, and the rows a step may touch."""

    citizen: Citizen
    at: datetime
    newest: Submission | None = None
    referred: Submission | None = None
    answer: Answer | None = None
    listed: list[Submission] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)
    survey: SurveyRows | None = None
    offered: tuple[OfferedSurvey, ...] = ()
    titled: bool = False

    def subject(self, about: int | None) -> Submission | None:
        """The row a step is about."""
        if about is None:
            return None
        return self.newest if about == NEWEST else self.referred


def moment(batch: Batch, inbound: Inbound) -> datetime:
    """When the event happened; a stamp that cannot be true counts as now."""
    return inbound.at if batch.now - _PAST < inbound.at < batch.now + _FUTURE else batch.now


def gather(
    batch: Batch, citizen: Citizen, inbound: Inbound, incoming: Incoming, wants: Needs
) -> tuple[Facts, Gathered]:
    """Facts and rows. An ordinary opinion costs no query."""
    at = moment(batch, inbound)
    newest = batch.latest.get(citizen.key)
    if newest is not None and newest.erased_at is not None:
        newest = None
    rows = Gathered(citizen, at, newest)
    if wants.submission is not None:
        rows.referred = _own(batch, rows, wants.submission)
    if wants.answer is not None and rows.referred is not None:
        bulk.flush(batch.session)
        rows.answer = rating.sent_answer(batch.session, wants.answer, submission_id=rows.referred.id)
    if wants.listed:
        rows.listed = _listed(batch, citizen)
    if wants.held:
        rows.bundles = held_bundles(batch, citizen.key)
    if wants.kept:
        rows.values = _kept(batch, citizen)
    elif wants.profile:
        rows.values = _profile(citizen)
    _look_up_surveys(batch, incoming, wants, rows)
    return _facts(batch, incoming, wants, rows), rows


def _look_up_surveys(batch: Batch, incoming: Incoming, wants: Needs, rows: Gathered) -> None:
    """The survey that is meant: named by a button or the state, by its title, or the only one there is."""
    survey_id = wants.survey
    if wants.surveys:
        rows.offered = offered_surveys(batch, rows.citizen, rows.at)
        survey_id = rows.offered[0].id if len(rows.offered) == 1 else None
    if survey_id is None and isinstance(incoming, Words):
        survey_id = titled_survey(batch, incoming.text)
        rows.titled = survey_id is not None
    if survey_id is not None:
        rows.survey = survey_of(batch, rows.citizen, survey_id, rows.at)


def _facts(batch: Batch, incoming: Incoming, wants: Needs, rows: Gathered) -> Facts:
    citizen, newest = rows.citizen, rows.newest
    quiet = batch.settings.submission_quiet_seconds
    return Facts(
        at=int(rows.at.timestamp()),
        consented=has_consented(citizen),
        refused=citizen.consent == Consent.REFUSED,
        before=citizen.consent == Consent.GIVEN,
        reading=batch.read(incoming.text) if isinstance(incoming, Words) else None,
        newest=_opinion(batch, newest, wants) if newest is not None else None,
        joinable=newest is not None
        and newest.matters[0].status in OPEN_STATUSES
        and joins(newest.last_part_at, rows.at, quiet_seconds=quiet),
        referred=_opinion(batch, rows.referred, wants) if rows.referred is not None else None,
        answer=_sent_answer(rows.answer),
        listed=tuple(one.id for one in rows.listed),
        held=len(rows.bundles),
        area_keys=tuple(batch.areas),
        area_names=_area_names(batch) if wants.areas else {},
        districts=_districts(batch) if wants.districts else (),
        notice_version=NOTICE_VERSION,
        sheet=rows.survey.sheet if rows.survey is not None else None,
        titled=rows.titled,
        surveys=rows.offered,
    )


def _sent_answer(answer: Answer | None) -> SentAnswer | None:
    if answer is None:
        return None
    status = answer.matter.status
    reopenable = lifecycle.may(Source.CITIZEN, status, MatterStatus.REOPENED)
    return SentAnswer(answer.id, open=status in OPEN_STATUSES, reopenable=reopenable)


def has_consented(citizen: Citizen) -> bool:
    """Whether the citizen agreed to the notice in force."""
    return citizen.consent == Consent.GIVEN and citizen.consent_version == NOTICE_VERSION


def _opinion(batch: Batch, submission: Submission, wants: Needs) -> Opinion:
    matters = submission.matters
    return Opinion(
        id=submission.id,
        open=matters[0].status in OPEN_STATUSES,
        area=matters[0].area_key,
        withdrawn=all(matter.status == MatterStatus.WITHDRAWN for matter in matters),
        wordless=not matters[0].text,
        candidates=_candidates(batch, submission) if wants.candidates else (),
    )


def _candidates(batch: Batch, submission: Submission) -> tuple[str, ...]:
    bulk.flush(batch.session)
    areas = batch.session.scalar(
        select(MatterReading.areas)
        .where(MatterReading.matter_id == submission.matters[0].id)
        .order_by(MatterReading.id.desc())
        .limit(1)
    )
    return tuple(str(row[0]) for row in areas or [] if row)


def _own(batch: Batch, rows: Gathered, submission_id: int) -> Submission | None:
    """The citizen's own submission of this id. Somebody else's is as if it did not exist."""
    if rows.newest is not None and rows.newest.id == submission_id:
        return rows.newest
    if rows.citizen.id is None:
        return None
    return batch.session.scalar(
        select(Submission)
        .where(
            Submission.id == submission_id,
            Submission.citizen_id == rows.citizen.id,
            Submission.erased_at.is_(None),
        )
        .options(selectinload(Submission.matters))
    )


def _listed(batch: Batch, citizen: Citizen) -> list[Submission]:
    bulk.flush(batch.session)
    return list(
        batch.session.scalars(
            select(Submission)
            .where(
                Submission.citizen_id == citizen.id,
                Submission.channel == Channel.LINE,
                Submission.erased_at.is_(None),
            )
            .order_by(Submission.last_part_at.desc(), Submission.id.desc())
            .limit(LIST_LENGTH)
            .options(selectinload(Submission.matters))
        )
    )


def _kept(batch: Batch, citizen: Citizen) -> dict[str, str]:
    bulk.flush(batch.session)
    count, first, last = batch.session.execute(
        select(func.count(Submission.id), func.min(Submission.received_at), func.max(Submission.received_at)).where(
            Submission.citizen_id == citizen.id, Submission.erased_at.is_(None)
        )
    ).one()
    values = _profile(citizen) | {"count": str(count)}
    if count:
        values |= {"first": day(first), "last": day(last)}
    if citizen.consent_at is not None:
        values |= {"date": day(citizen.consent_at), "version": citizen.consent_version or ""}
    return values


def _profile(citizen: Citizen) -> dict[str, str]:
    unset = lines(("profile.unset",))
    age = AGE_BANDS.get(citizen.age_band, unset) if citizen.age_band else unset
    return {"age": age, "district": citizen.district or unset}


def _area_names(batch: Batch) -> dict[str, str]:
    names = {plain(area.name): key for key, area in batch.areas.items()}
    for key, area in batch.areas.items():
        names |= dict.fromkeys((plain(part) for part in area.name.split("・")), key)
        names[plain(area.short_name)] = key
    return names


def _districts(batch: Batch) -> tuple[str, ...]:
    """The districts the city routes by."""
    names = batch.session.scalars(
        select(RoutingRule.district).where(RoutingRule.active, RoutingRule.district.is_not(None)).distinct()
    )
    return tuple(sorted(name for name in names if name))
