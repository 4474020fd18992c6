"""What becomes of an opinion in the demonstration: stories that say when they go on, then act.

A story yields the moment of its next step; steps later than "now" never happen, so recent matters are still open.
"""

import random
from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta

from app.demo import answering, words
from app.demo.office import Office
from app.demo.texts import Opinion
from feedback.business_days import add_business_days
from feedback.clock import tokyo_date
from feedback.opinions import service
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import DESK_AREA, Channel, Kind, MatterStatus, Outcome
from feedback.ports import Reading
from feedback.staff.rules import Actor

Story = Generator[datetime, None, None]
Part = Generator[datetime, None, datetime]
"""A stretch of a story; gives the moment at which it ended."""

_DAYS = (1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 12, 14, 18, 25)
_DAYS_OF_QUESTIONS = (0, 1, 1, 2, 2, 3, 4, 5, 7)
_STANDARD = 10


def life(office: Office, opinion: Opinion, reading: Reading, at: datetime) -> Story:
    """An opinion from its arrival to its end."""
    yield at
    submission = office.receive(opinion, reading, at)
    [matter] = submission.matters
    at = yield from _citizen_says_more(office, submission, opinion, at)
    if opinion.urgent and not matter.urgent:
        at = office.later(at, 0)
        yield at
        office.urgent(matter, True, actor=office.desk(), at=at)
    special = _SPECIAL.get(opinion.course)
    if special is not None:
        yield from special(office, matter, opinion, at)
        return
    if opinion.area == DESK_AREA:
        yield from _not_the_citys(office, matter, opinion, at)
        return
    at = yield from _find_department(office, matter, opinion, at)
    yield from _work(office, matter, opinion.kind, at)


def _citizen_says_more(office: Office, submission: Submission, opinion: Opinion, at: datetime) -> Part:
    """On LINE: choose the area when the answer named another, add something the next day."""
    [matter] = submission.matters
    moment = at
    if opinion.channel is Channel.LINE:
        offered = matter.area_key not in {None, opinion.area}
        if offered and office.chance.random() < 0.5:
            moment = at + timedelta(seconds=office.chance.randint(70, 200))
            yield moment
            office.choose_area(submission, opinion.area, moment)
    if opinion.later:
        moment += timedelta(hours=2.6)
        yield moment
        office.add(submission, opinion.later, moment)
    return moment


def _find_department(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Part:
    """The desk routes what nobody could read; a department passes on what is not its own."""
    if matter.status is MatterStatus.RECEIVED:
        at = office.later(at, office.chance.choice([0, 0, 1]))
        yield at
        office.correct(matter, actor=office.desk(), at=at, area_key=opinion.area, kind=opinion.kind, reroute=True)
        return at
    right = office.right_department(matter, opinion.area)
    if opinion.to:
        right = office.departments[opinion.to]
    if matter.department_id != right:
        at = office.later(at, office.chance.choice([0, 1, 1, 2]))
        yield at
        reason = words.NOT_OURS[opinion.to] if opinion.to else office.chance.choice(words.DECLINING)
        office.decline(matter, actor=office.clerk(matter), at=at, to=right, reason=reason)
        at = office.later(at, office.chance.choice([0, 1]))
        yield at
        area_key = opinion.area if not opinion.to else matter.area_key or opinion.area
        office.correct(matter, actor=office.clerk(matter), at=at, area_key=area_key, kind=opinion.kind)
    return at


def _work(office: Office, matter: Matter, kind: str, at: datetime) -> Story:
    """What a department does with a matter, until it is closed."""
    begin = at
    days = _days(office.chance, matter, kind)
    at = office.later(at, min(days, office.chance.choice([0, 0, 1, 1, 2])))
    yield at
    clerk = office.clerk(matter)
    office.assign(matter, actor=office.approver(matter) or clerk, to=clerk, at=at)
    at = yield from _start(office, matter, clerk, kind=kind, at=at)
    if kind == Kind.THANKS:
        at = yield from _pass_on_thanks(office, matter, clerk, at=at)
    else:
        at = yield from _draft(office, matter, clerk, kind=kind, at=max(at, _share(office, begin, days, 0.55)))
        if days > _STANDARD and office.chance.random() < 0.5:
            at = yield from _ask_for_time(office, matter, clerk, at=max(at, office.later(begin, 8)))
        at = yield from _answer(office, matter, clerk, at=max(at, office.later(begin, days)))
    if matter.status is MatterStatus.ANSWERED and office.chance.random() < 0.85:
        at = office.later(at, office.chance.randint(3, 12))
        yield at
        office.status(matter, MatterStatus.CLOSED, actor=clerk, at=at)


def _days(chance: random.Random, matter: Matter, kind: str) -> int:
    if matter.urgent:
        return chance.choice([0, 1, 1, 2])
    return chance.choice(_DAYS_OF_QUESTIONS if kind in {Kind.QUESTION, Kind.THANKS} else _DAYS)


def _share(office: Office, begin: datetime, days: int, share: float) -> datetime:
    return office.later(begin, round(days * share))


def _start(office: Office, matter: Matter, clerk: Actor, *, kind: str, at: datetime) -> Part:
    at += timedelta(minutes=office.chance.randint(1, 20))
    yield at
    office.status(matter, MatterStatus.IN_PROGRESS, actor=clerk, at=at)
    if matter.kind != kind and matter.area_key is not None:
        office.correct(matter, actor=clerk, at=at, area_key=matter.area_key, kind=kind)
    if office.chance.random() < 0.55:
        at += timedelta(minutes=office.chance.randint(5, 25))
        yield at
        office.note(matter, words.note(matter, office.chance), actor=clerk, at=at)
    if matter.urgent:
        at += timedelta(minutes=office.chance.randint(5, 40))
        yield at
        office.urgent(matter, False, actor=clerk, at=at)
    return at


def _pass_on_thanks(office: Office, matter: Matter, clerk: Actor, *, at: datetime) -> Part:
    at += timedelta(minutes=office.chance.randint(5, 60))
    yield at
    office.outcome(matter, Outcome.NOTED, actor=clerk, at=at, reason=words.THANKED)
    closer = clerk if matter.kind is Kind.THANKS else office.desk()
    office.status(matter, MatterStatus.CLOSED, actor=closer, at=at, reason=words.THANKED)
    return at


def _draft(office: Office, matter: Matter, clerk: Actor, *, kind: str, at: datetime) -> Part:
    at += timedelta(minutes=office.chance.randint(5, 30))
    yield at
    outcome = _outcome(office.chance, kind)
    reason = words.of_outcome(outcome, matter, office.chance)
    office.outcome(matter, outcome, actor=clerk, at=at, reason=reason)
    at += timedelta(minutes=office.chance.randint(5, 15))
    yield at
    answering.draft(office, matter, clerk, at=at)
    return at


def _ask_for_time(office: Office, matter: Matter, clerk: Actor, *, at: datetime) -> Part:
    start = matter.due_on or tokyo_date(at)
    yield from _set_due(office, matter, clerk, office.chance.choice(words.MORE_TIME), at=at, start=start)
    return at


def _set_due(office: Office, matter: Matter, clerk: Actor, reason: str, *, at: datetime, start: date) -> Story:
    yield at
    service.set_due(
        office.session,
        matter.id,
        actor=clerk,
        version=matter.version,
        at=at,
        due_on=add_business_days(start, _STANDARD),
        reason=reason,
    )


def _answer(office: Office, matter: Matter, clerk: Actor, *, at: datetime) -> Part:
    """Whoever decides lets the answer go out, at times after it came back once."""
    answer = answering.draft(office, matter, clerk, at=at)
    for given_back in (*[True] * (office.chance.random() < 0.12), False):
        at += timedelta(minutes=office.chance.randint(3, 12))
        yield at
        decider = answering.submit(office, matter, answer, clerk, at=at)
        at = office.later(at, office.chance.choice([0, 1, 1, 2]))
        yield at
        if given_back:
            answering.give_back(office, answer, decider, at=at)
    answering.approve(office, matter, answer, decider, clerk, at=at)
    if matter.channel is Channel.LINE and office.chance.random() < 0.45:
        rated_at = at + timedelta(minutes=office.chance.randint(8, 600))
        yield rated_at
        answering.rate(office, answer, at=rated_at)
    return at


def _outcome(chance: random.Random, kind: str) -> Outcome:
    if kind == Kind.QUESTION:
        return Outcome.EXPLAINED
    weights = {
        Outcome.DONE: 8 if kind == Kind.REPORT else 4,
        Outcome.REFLECTED: 3,
        Outcome.PLANNED: 3,
        Outcome.CONSIDERING: 4,
        Outcome.DIFFICULT: 2,
        Outcome.EXPLAINED: 4,
        Outcome.NOTED: 2,
    }
    return chance.choices(list(weights), list(weights.values()))[0]


def _not_the_citys(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    """The desk hands on what belongs to others, or says that the city can do nothing."""
    at = office.later(at, office.chance.choice([0, 1, 1, 2, 3]))
    yield at
    desk = office.desk()
    office.correct(matter, actor=desk, at=at, area_key=opinion.area, kind=opinion.kind, reroute=True)
    handed_on = opinion.course == "transfer" or (not opinion.course and office.chance.random() < 0.5)
    status = MatterStatus.TRANSFERRED if handed_on else MatterStatus.OUT_OF_SCOPE
    reason = office.chance.choice(words.HANDED_ON if handed_on else words.NOT_THE_CITYS)
    yield at + timedelta(minutes=8)
    office.status(matter, status, actor=desk, at=at + timedelta(minutes=8), reason=reason)


def _spam(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    at = office.later(at, office.chance.choice([0, 1]))
    yield at
    reason = "営業の案内のため" if opinion.channel is not Channel.LINE else "迷惑な宣伝のため"
    office.status(matter, MatterStatus.SPAM, actor=office.desk(), at=at, reason=reason)


def _withdraw(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    del opinion
    at += timedelta(minutes=office.chance.randint(6, 300))
    yield at
    office.withdraw(matter.submission, at)


def _split(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    at = office.later(at, 0)
    yield at
    desk = office.desk()
    both = office.split(matter, opinion.split, actor=desk, at=at)
    office.correct(matter, actor=desk, at=at, area_key=opinion.area, kind=opinion.kind, reroute=True)
    for one in both:
        yield from _work(office, one, opinion.kind, at)


def _stay(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    """Somebody begins, then nobody goes on."""
    at = yield from _find_department(office, matter, opinion, at)
    at = office.later(at, 1)
    yield at
    clerk = office.clerk(matter)
    office.assign(matter, actor=clerk, to=clerk, at=at)
    if not opinion.urgent:
        office.status(matter, MatterStatus.IN_PROGRESS, actor=clerk, at=at)
    office.note(matter, office.chance.choice(words.WAITING), actor=clerk, at=at)


def _approving(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    """An answer that waits for the approver's word."""
    at = yield from _find_department(office, matter, opinion, at)
    at = office.later(at, 1)
    yield at
    clerk = office.clerk(matter)
    office.assign(matter, actor=office.approver(matter) or clerk, to=clerk, at=at)
    at = yield from _start(office, matter, clerk, kind=opinion.kind, at=at)
    at = yield from _draft(office, matter, clerk, kind=opinion.kind, at=office.later(at, 1))
    at = office.later(at, 0)
    yield at
    answering.submit(office, matter, answering.draft(office, matter, clerk, at=at), clerk, at=at)


def _reopen(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Story:
    """An answer that did not help, and a second one."""
    at = yield from _find_department(office, matter, opinion, at)
    at = yield from _answer_quickly(office, matter, opinion, at)
    at = office.later(at, 3)
    yield at
    clerk = office.clerk(matter)
    office.status(matter, MatterStatus.REOPENED, actor=clerk, at=at, reason=words.REOPENED)
    yield at + timedelta(minutes=3)
    office.note(matter, words.AFTER_REOPENING, actor=clerk, at=at + timedelta(minutes=3))
    at += timedelta(minutes=5)
    yield from _set_due(office, matter, clerk, words.REOPENED, at=at, start=tokyo_date(at))
    yield from _answer_quickly(office, matter, opinion, office.later(at, 6))


def _answer_quickly(office: Office, matter: Matter, opinion: Opinion, at: datetime) -> Part:
    at = office.later(at, 1)
    yield at
    clerk = office.clerk(matter)
    if matter.assignee_id != clerk.id:
        office.assign(matter, actor=clerk, to=clerk, at=at)
    at = yield from _start(office, matter, clerk, kind=opinion.kind, at=at)
    at = yield from _draft(office, matter, clerk, kind=opinion.kind, at=office.later(at, 1))
    return (yield from _answer(office, matter, clerk, at=at))


_SPECIAL: dict[str, Callable[[Office, Matter, Opinion, datetime], Story]] = {
    "transfer": _not_the_citys,
    "scope": _not_the_citys,
    "spam": _spam,
    "withdraw": _withdraw,
    "split": _split,
    "stay": _stay,
    "approving": _approving,
    "reopen": _reopen,
}
