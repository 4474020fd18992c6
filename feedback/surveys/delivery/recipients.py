"""Who a survey is sent to: friends who agreed, can be reached, and have not asked to be spared."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen, Consent
from feedback.surveys.delivery.models import SurveyUnsubscription
from feedback.surveys.delivery.sampling import draw
from feedback.surveys.models import PersonKind, Survey, SurveyParticipation


@dataclass(frozen=True, slots=True)
class Audience:
    """Everyone, or those of these age bands and districts; ``size``: a random sample of them, drawn with ``seed``.

    Who has answered already is left out, which makes a reminder of the same audience.
    """

    age_bands: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    size: int | None = None
    seed: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the delivery."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Citizens' ids, and the frame of a sample: (age band, district, how many there are, how many were drawn)."""

    ids: Sequence[int]
    frame: list[list[Any]]


def choose(session: Session, survey: Survey, audience: Audience) -> Chosen:
    """The recipients. Reads whom it leaves out, never what anybody answered."""
    query = _friends(survey)
    if audience.age_bands:
        query = query.where(Citizen.age_band.in_(audience.age_bands))
    if audience.districts:
        query = query.where(Citizen.district.in_(audience.districts))
    rows = session.execute(query.order_by(Citizen.id)).all()
    if audience.size is None:
        return Chosen([row[0] for row in rows], [])
    people = [(row[0], (row[1] or "", row[2] or "")) for row in rows]
    sample = draw(people, size=audience.size, seed=audience.seed or 0)
    frame = [[*stratum, count, sample.drawn[stratum]] for stratum, count in sample.frame.items()]
    return Chosen(sample.ids, frame)


def _friends(survey: Survey) -> Select[int, str | None, str | None]:
    answered = select(SurveyParticipation.person_id).where(
        SurveyParticipation.survey_id == survey.id, SurveyParticipation.person_kind == PersonKind.CITIZEN
    )
    return select(Citizen.id, Citizen.age_band, Citizen.district).where(
        Citizen.consent == Consent.GIVEN,
        Citizen.reachable,
        Citizen.line_user_id_sealed.is_not(None),
        Citizen.id.not_in(answered),
        Citizen.id.not_in(select(SurveyUnsubscription.citizen_id)),
    )
