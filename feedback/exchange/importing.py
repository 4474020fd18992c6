"""Import of opinions from a table, in batches, each batch a transaction; the same row twice is taken once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.deadlines import service as deadlines
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.exchange.import_columns import FIELD_NAMES, REQUIRED, Field
from feedback.exchange.import_rows import Candidate, Cell, Names, Reject, RowProblem, candidate, plain
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import HistoryEntry, Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus, PartKind, Source, receipt_number, submission_id_of
from feedback.ports import Reading, TextReader
from feedback.routing import service as routing
from feedback.routing.models import Area
from feedback.routing.rules import Decision

BATCH = 200


class Table(Protocol):
    """A table to import: headings, and rows with the number a person sees beside them in the file."""

    @property
    def headings(self) -> Sequence[str]:
        """The headings of the columns."""

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """All rows below the headings, again at each call."""


@dataclass(slots=True)
class Report:
    """What became of the rows: ``received`` (or would be), ``known`` from before, ``rejected`` and why."""

    rows: int = 0
    received: int = 0
    known: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Import:
    """How a table is to be imported. ``staff_id``: who asks for it; areas and kinds in it count as their word."""

    table: Table
    columns: Mapping[Field, int]
    channel: Channel
    now: datetime
    staff_id: int | None = None
    dry_run: bool = False


def check(columns: Mapping[Field, int]) -> None:
    """Invalid when a column that every row needs was not found."""
    missing = [FIELD_NAMES[one].split("（")[0] for one in REQUIRED if one not in columns]
    if missing:
        raise Invalid(
            f"「{'」「'.join(missing)}」の列が見つかりません。見出しの行があるか確かめ、どの列がそれに当たるかを指定してください。"
        )


def run(
    database: Database,
    task: Import,
    *,
    reader: TextReader | None,
    reject: Reject = lambda _row, _cells, _reason: None,
    progress: Callable[[Report], None] = lambda _report: None,
) -> Report:
    """Import a table. ``reject`` hears of every row not taken, ``progress`` of the state after each batch."""
    check(task.columns)
    with database.read() as session:
        names = load_names(session)
    report = Report()
    seen: set[tuple[Channel, str]] = set()
    rows = task.table.rows()
    while batch := list(islice(rows, BATCH)):
        report.rows += len(batch)
        found = list(_candidates(batch, task, names=names, seen=seen, report=report, reject=reject))
        _take(database, task, found, reader=reader, report=report)
        progress(report)
    return report


def load_names(session: Session) -> Names:
    """The city's areas and departments, as rows may name them. Former departments count: old tables name them."""
    areas = session.execute(select(Area.key, Area.name, Area.short_name)).all()
    departments = session.execute(select(Department.id, Department.name, Department.code)).all()
    return Names(
        areas={plain(name): key for key, *names in areas for name in (key, *names)},
        departments={plain(name): number for number, *names in departments for name in names},
    )


def _candidates(
    batch: Iterable[tuple[int, Sequence[Cell]]],
    task: Import,
    *,
    names: Names,
    seen: set[tuple[Channel, str]],
    report: Report,
    reject: Reject,
) -> Iterator[Candidate]:
    for number, cells in batch:
        try:
            found = candidate(number, cells, columns=task.columns, channel=task.channel, names=names, now=task.now)
            if (found.channel, found.source_id) in seen:
                raise RowProblem(_repeated(found))
        except RowProblem as problem:
            report.rejected += 1
            report.reasons[str(problem)] += 1
            reject(number, cells, str(problem))
            continue
        seen.add((found.channel, found.source_id))
        yield found


def _repeated(found: Candidate) -> str:
    if found.source_id.startswith("sha256:"):
        return "同じ内容の行が、この表の上のほうにもあります。別の意見であれば、受付番号の列を加えてください。"
    return f"受付番号「{found.source_id[:40]}」が、この表の上のほうにもあります。"


def _take(
    database: Database, task: Import, found: list[Candidate], *, reader: TextReader | None, report: Report
) -> None:
    with database.read() as session:
        known = _known(session, found)
    new = [one for one in found if (one.channel, one.source_id) not in known]
    report.known += len(found) - len(new)
    if task.dry_run:
        report.received += len(new)
        return
    # Reading takes the longest, so no transaction is open meanwhile.
    readings: Sequence[Reading | None] = reader.read([one.text for one in new]) if reader and new else [None] * len(new)
    with database.write() as session:
        known = _known(session, new)
        rules = IntakeRules(router=routing.load_router(session), deadlines=deadlines.load(session))
        for one, reading in zip(new, readings, strict=True):
            if (one.channel, one.source_id) in known:
                report.known += 1
                continue
            receive(session, one, rules=rules, reading=reading, staff_id=task.staff_id)
            report.received += 1


def _known(session: Session, found: Sequence[Candidate]) -> set[tuple[Channel, str]]:
    """Those that came in before: by an earlier import, or because the table is an export of this very system."""
    pairs = [(one.channel, one.source_id) for one in found]
    rows = session.execute(
        select(Submission.channel, Submission.source_id).where(
            tuple_(Submission.channel, Submission.source_id).in_(pairs)
        )
    )
    known = {(channel, source_id or "") for channel, source_id in rows}
    numbers = {number: one for one in found if (number := submission_id_of(one.source_id.split("#")[0]))}
    own = session.execute(
        select(Submission.id, Submission.channel, Submission.received_at).where(Submission.id.in_(numbers))
    )
    for number, channel, received_at in own:
        one = numbers[number]
        same = receipt_number(number, received_at) == one.source_id.split("#")[0].upper()
        if same and channel == one.channel and received_at.replace(microsecond=0) == one.received_at:
            known.add((one.channel, one.source_id))
    return known


def receive(
    session: Session, one: Candidate, *, rules: IntakeRules, reading: Reading | None, staff_id: int | None
) -> Submission:
    """Record one candidate as an opinion, with the department, state and dates its row tells."""
    submission = intake.receive(
        session,
        channel=one.channel,
        parts=[NewPart(kind=PartKind.TEXT, text=one.text, sent_at=one.received_at)],
        received_at=one.received_at,
        rules=rules,
        reading=reading,
        sender=Sender(
            name=one.name,
            contact=one.contact,
            age_band=one.age_band,
            district=one.district,
            wants_reply=one.wants_reply,
        ),
        source_id=one.source_id,
        kind=one.kind,
        area_key=one.area_key,
        staff_id=staff_id,
    )
    session.flush()  # the first steps of the history are written with the flush; what follows must come after them
    [matter] = submission.matters
    if one.department_id is not None and one.department_id != matter.department_id:
        decision = Decision(one.department_id)
        intake.move(matter, decision, at=one.received_at, source=Source.STAFF, staff_id=staff_id, reason="取り込み")
    _bring_to_state(matter, one, staff_id=staff_id)
    return submission


def _bring_to_state(matter: Matter, one: Candidate, *, staff_id: int | None) -> None:
    """The state a row tells; an answer's day without a state means answered."""
    status = one.status or (MatterStatus.ANSWERED if one.answered_at else None)
    matter.outcome = one.outcome
    if status is None or status is matter.status:
        return
    at = one.closed_at or one.answered_at or one.received_at
    HistoryEntry(
        matter=matter,
        at=at,
        source=Source.STAFF if staff_id else Source.SYSTEM,
        staff_id=staff_id,
        action="status",
        before=matter.status,
        after=status,
        reason=f"取り込み（{tokyo_date(at):%Y/%m/%d}）",
    )
    matter.status = status
    matter.answered_at = one.answered_at
    matter.closed_at = one.closed_at
