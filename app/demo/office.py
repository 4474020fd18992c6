"""The city hall of the demonstration: takes opinions in and acts on them, through the services only."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.demo import moments, photos
from app.demo.people import RESIDENTS, befriend
from app.demo.texts import Opinion
from bot.inbound import MESSAGE_ID_PURPOSE
from feedback.citizens.models import Citizen
from feedback.clock import tokyo_date
from feedback.config import Settings
from feedback.keys import KeyRing
from feedback.opinions import entering, files, intake, outcomes, service, splitting
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, Outcome, PartKind
from feedback.ports import MediaStore, Reading, TextReader
from feedback.staff.rules import Actor, Role


@dataclass(slots=True)
class Office:
    """Everything that a story of the demonstration needs to act; one transaction long."""

    session: Session
    rules: IntakeRules
    reader: TextReader
    media: MediaStore
    keys: KeyRing
    settings: Settings
    staff: dict[str, Actor]
    departments: dict[str, int]
    chance: random.Random
    _received: int = field(default=0)

    def later(self, at: datetime, days: int) -> datetime:
        """A moment in office hours so many business days later."""
        return moments.office_moment(at, days=days, chance=self.chance)

    def right_department(self, matter: Matter, area_key: str) -> int:
        """Where a matter belongs if it is of an area."""
        return self.rules.router.route(area_key=area_key, kind=matter.kind, text=matter.text).department_id

    def desk(self) -> Actor:
        """Somebody of the listening desk."""
        return self.staff[self.chance.choice(["kochi", "kochi", "ishikawa"])]

    def clerk(self, matter: Matter) -> Actor:
        """Who works on matters of the department; the desk where it has nobody."""
        roles = {Role.STAFF, Role.DESK}
        found = [one for one in self.staff.values() if one.department_id == matter.department_id and one.role in roles]
        return self.chance.choice(found) if found else self.desk()

    def approver(self, matter: Matter) -> Actor | None:
        """Who approves the department's answers."""
        here = (one for one in self.staff.values() if one.department_id == matter.department_id)
        return next((one for one in here if one.role is Role.APPROVER), None)

    def receive(self, opinion: Opinion, reading: Reading, at: datetime) -> Submission:
        """Take an opinion in, over its channel."""
        self._received += 1
        if opinion.taken_down:
            return self._take_down(opinion, reading, at)
        submission = intake.receive(
            self.session,
            channel=opinion.channel or Channel.WEB,
            parts=self._parts(opinion, at),
            received_at=at,
            rules=self.rules,
            reading=reading,
            sender=self._sender(opinion, at),
            source_id=None if opinion.channel is Channel.LINE else f"{SOURCE_PREFIX}{self._received:03d}",
        )
        self.session.flush()
        if opinion.photo:
            self._develop(submission, opinion.photo, at)
        return submission

    def _take_down(self, opinion: Opinion, reading: Reading, at: datetime) -> Submission:
        entry = entering.Entry(
            channel=opinion.channel or Channel.PHONE,
            text="\n".join(opinion.text),
            received_at=at - timedelta(minutes=self.chance.randint(4, 25)),
            area_key=None,
            kind=None,
            sender=self._sender(opinion, at),
        )
        return entering.enter(
            self.session,
            entry,
            actor=self.desk(),
            at=at,
            reading=reading,
        )

    def _sender(self, opinion: Opinion, at: datetime) -> Sender:
        if opinion.channel is Channel.LINE:
            citizen = self._citizen(opinion, at)
            return Sender(citizen=citizen, age_band=citizen.age_band, district=citizen.district)
        return Sender(name=opinion.name, contact=opinion.contact, district=opinion.district)

    def _citizen(self, opinion: Opinion, at: datetime) -> Citizen:
        number = opinion.person
        if number is None:
            alike = [n for n, one in enumerate(RESIDENTS) if one.voice == opinion.voice]
            number = self.chance.choice(alike)
        return befriend(self.session, number, keys=self.keys, at=at - timedelta(minutes=2))

    def _parts(self, opinion: Opinion, at: datetime) -> list[NewPart]:
        parts, sent_at = [], at
        for text in opinion.text:
            parts.append(NewPart(kind=PartKind.TEXT, text=text, sent_at=sent_at))
            sent_at += timedelta(seconds=self.chance.randint(7, 40))
        if opinion.photo:
            sealed = self.keys.encrypt(opinion.photo.encode(), purpose=MESSAGE_ID_PURPOSE)
            parts.append(NewPart(kind=PartKind.IMAGE, media=sealed, sent_at=sent_at))
            sent_at += timedelta(seconds=9)
        if opinion.place:
            latitude, longitude = opinion.place
            parts.append(NewPart(kind=PartKind.LOCATION, latitude=latitude, longitude=longitude, sent_at=sent_at))
        return parts

    def _develop(self, submission: Submission, photo: str, at: datetime) -> None:
        content, key = photos.draw(photo), uuid.uuid4().hex
        self.media.put(key, content, content_type=photos.CONTENT_TYPE)
        for part in submission.parts:
            if part.attachment is not None:
                files.stored(
                    self.session,
                    part.attachment.id,
                    storage_key=key,
                    content_type=photos.CONTENT_TYPE,
                    size=len(content),
                    now=at,
                )

    def add(self, submission: Submission, text: str, at: datetime) -> None:
        """The citizen adds a message."""
        part = NewPart(kind=PartKind.TEXT, text=text, sent_at=at)
        intake.add_part(self.session, submission, part=part, rules=self.rules, reading=None, at=at)
        self.session.flush()

    def choose_area(self, submission: Submission, area_key: str, at: datetime) -> None:
        """The citizen says which area it is."""
        intake.choose_area(submission, area_key=area_key, rules=self.rules, at=at)
        self.session.flush()

    def withdraw(self, submission: Submission, at: datetime) -> None:
        """The citizen takes the opinion back."""
        intake.withdraw(submission, at=at)
        self.session.flush()

    def correct(
        self, matter: Matter, *, actor: Actor, at: datetime, area_key: str, kind: str, reroute: bool = False
    ) -> None:
        """Staff correct the area and the kind; nothing happens where both are right."""
        if (matter.area_key, matter.kind) == (area_key, kind):
            return
        service.correct(
            self.session,
            matter.id,
            actor=actor,
            version=matter.version,
            at=at,
            router=self.rules.router,
            area_key=area_key,
            kind=Kind(kind),
            reroute=reroute,
        )

    def decline(self, matter: Matter, *, actor: Actor, at: datetime, to: int, reason: str) -> None:
        """「当課ではない」."""
        service.decline(
            self.session, matter.id, actor=actor, version=matter.version, at=at, reason=reason, suggestion_id=to
        )

    def status(self, matter: Matter, status: MatterStatus, *, actor: Actor, at: datetime, reason: str = "") -> None:
        """Go on to another status."""
        service.set_status(
            self.session, matter.id, actor=actor, version=matter.version, at=at, status=status, reason=reason
        )

    def outcome(self, matter: Matter, outcome: Outcome, *, actor: Actor, at: datetime, reason: str) -> None:
        """Say what the city did; plans are for one of the next months."""
        today = tokyo_date(at)
        outcomes.set_outcome(
            self.session,
            matter.id,
            actor=actor,
            version=matter.version,
            at=at,
            outcome=outcome,
            reason=reason,
            planned_month=today + timedelta(days=self.chance.choice([40, 75, 130])),
            reflected_on=today,
        )

    def assign(self, matter: Matter, *, actor: Actor, to: Actor, at: datetime) -> None:
        """Give the matter to a colleague of its department; the desk only helps out elsewhere."""
        if to.department_id == matter.department_id:
            service.assign(self.session, matter.id, actor=actor, version=matter.version, at=at, assignee_id=to.id)

    def note(self, matter: Matter, text: str, *, actor: Actor, at: datetime) -> None:
        """Leave an internal note."""
        service.add_note(self.session, matter.id, actor=actor, at=at, text=text)

    def urgent(self, matter: Matter, urgent: bool, *, actor: Actor, at: datetime) -> None:
        """Set or take off the mark."""
        service.set_urgent(self.session, matter.id, actor=actor, version=matter.version, at=at, urgent=urgent)

    def split(self, matter: Matter, groups: Sequence[int], *, actor: Actor, at: datetime) -> list[Matter]:
        """Make several matters of one. Returns all of them."""
        ids = splitting.split(
            self.session,
            matter.id,
            actor=actor,
            version=matter.version,
            at=at,
            groups=groups,
            rules=self.rules,
            reader=self.reader,
        )
        return [matter, *(self.session.get_one(Matter, one) for one in ids)]


SOURCE_PREFIX = "demo-"
"""How the demonstration's numbers in other systems begin; by them it knows that it was here before."""
