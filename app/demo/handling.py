"""How the staff of まちこえ市 worked on an opinion: corrections, assignments, notes, answers, as its age allows."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from feedback.business_days import add_business_days
from feedback.clock import TOKYO, tokyo_date
from feedback.opinions import service
from feedback.opinions.models import Matter
from feedback.opinions.rules import DESK_AREA, Kind, MatterStatus, Outcome
from feedback.routing.rules import Router
from feedback.staff.rules import Actor

_NOTES = (
    "現地を確認しました。写真は共有フォルダにあります。",
    "過去にも同じ要望あり（昨年度）。あわせて回答する。",
    "委託業者に対応を依頼済み。完了の連絡待ち。",
    "電話で状況をお聞きした。急ぎではないとのこと。",
    "関係課と協議中。来週の係会議で方針を決める。",
    "予算の都合で今年度は難しい。来年度の要求に入れる。",
    "県の所管の可能性あり。土木事務所に照会中。",
)
_OUTCOMES = (
    (Outcome.DONE, 30, ""),
    (Outcome.EXPLAINED, 30, ""),
    (Outcome.NOTED, 14, ""),
    (Outcome.CONSIDERING, 12, ""),
    (Outcome.REFLECTED, 6, ""),
    (Outcome.PLANNED, 5, ""),
    (Outcome.DIFFICULT, 3, "用地の確保が必要で、地権者の同意が得られていないため。"),
)


class Handling:
    """Works on matters one after the other, each step at its own moment and never in the future."""

    def __init__(
        self, session: Session, staff: dict[str, Actor], router: Router, chance: Random, now: datetime
    ) -> None:
        self._session = session
        self._desk = staff["kochi"]
        self._by_department = {
            one.department_id: one for one in staff.values() if one.department_id and one.role == "staff"
        }
        self._router = router
        self._chance = chance
        self._now = now

    def work_on(self, matter: Matter, *, area: str, kind: Kind) -> None:
        """Bring a matter as far as its age allows."""
        at = matter.received_at
        if matter.area_key != area and self._chance.random() < 0.85:
            at = self._later(at, 0, 2)
            if at > self._now:
                return
            self._correct(matter, area, kind, at)
        if matter.area_key is None:
            return
        if matter.area_key == DESK_AREA:
            self._close(matter, MatterStatus.OUT_OF_SCOPE, self._later(at, 1, 4))
            return
        if kind is Kind.THANKS:
            self._close(matter, MatterStatus.CLOSED, self._later(at, 1, 4))
            return
        self._answer(matter, at)

    def _answer(self, matter: Matter, at: datetime) -> None:
        """From the first look to the answer, with a few that drag on."""
        started = self._later(at, 0, 3)
        slow = self._chance.random()
        answered = self._later(started, *((2, 7) if slow < 0.5 else (5, 11) if slow < 0.85 else (12, 40)))
        if started > self._now:
            return
        actor = self._by_department.get(matter.department_id, self._desk)
        if actor is not self._desk:
            service.assign(
                self._session, matter.id, actor=actor, version=matter.version, at=started, assignee_id=actor.id
            )
        self._status(matter, MatterStatus.IN_PROGRESS, started, actor)
        if self._chance.random() < 0.3:
            text = self._chance.choice(_NOTES)
            service.add_note(self._session, matter.id, actor=actor, at=self._between(started, answered), text=text)
        if answered > self._now:
            self._leave_under_way(matter, started, actor)
            return
        outcome, reason = self._outcome()
        self._status(matter, MatterStatus.ANSWERED, answered, actor)
        service.set_outcome(
            self._session,
            matter.id,
            actor=actor,
            version=matter.version,
            at=answered,
            outcome=outcome,
            reason=reason,
        )
        closed = self._later(answered, 3, 10)
        if closed <= self._now and self._chance.random() < 0.8:
            self._status(matter, MatterStatus.CLOSED, closed, actor)

    def _leave_under_way(self, matter: Matter, started: datetime, actor: Actor) -> None:
        drafting = self._between(started, self._now)
        if self._chance.random() < 0.45:
            self._status(matter, MatterStatus.DRAFTING, drafting, actor)
            if self._chance.random() < 0.5:
                self._status(matter, MatterStatus.APPROVING, self._between(drafting, self._now), actor)

    def _correct(self, matter: Matter, area: str, kind: Kind, at: datetime) -> None:
        service.correct(
            self._session,
            matter.id,
            actor=self._desk,
            version=matter.version,
            at=at,
            router=self._router,
            area_key=area,
            kind=kind,
        )

    def _close(self, matter: Matter, status: MatterStatus, at: datetime) -> None:
        if at <= self._now:
            self._status(matter, status, at, self._by_department.get(matter.department_id, self._desk))

    def _status(self, matter: Matter, status: MatterStatus, at: datetime, actor: Actor) -> None:
        service.set_status(
            self._session, matter.id, actor=actor, version=matter.version, at=min(at, self._now), status=status
        )

    def _outcome(self) -> tuple[Outcome, str]:
        [(outcome, _, reason)] = self._chance.choices(_OUTCOMES, [weight for _, weight, _ in _OUTCOMES])
        return outcome, reason

    def _later(self, at: datetime, least: int, most: int) -> datetime:
        """A moment in office hours, so many business days later."""
        days = self._chance.randint(least, most)
        day = add_business_days(tokyo_date(at), max(days, 1))
        hour, minute = self._chance.choice((9, 10, 11, 13, 14, 15, 16)), self._chance.randrange(60)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TOKYO)

    def _between(self, first: datetime, last: datetime) -> datetime:
        last = max(first, min(last, self._now))
        return first + timedelta(seconds=self._chance.random() * (last - first).total_seconds())
