"""Reconciles what was received with what the tables count, from the event log upward, and names what does not add up.

Events keep their row for good (only their words are cleared), so the log can be counted at any time. What it cannot
tell any more is what a worked message without a part was: a button of the menu, a consent, a chat with the bot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from feedback.inbox.models import EventState, LineEvent
from feedback.opinions.models import Matter, Part, Submission
from feedback.opinions.rules import Channel, receipt_number
from feedback.reports.counting import STANDING_NAMES, Standing, standing
from feedback.reports.figures import count, text
from feedback.reports.tables import Column, Difference, Row, Table
from feedback.statistics.queries import Scope

_NAMED = 50
"""So many receipt numbers are listed for one kind of difference; its number is always the whole."""
_ORDER = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Messages:
    """LINE's messages of the period, by what became of them. ``opinions``: they are parts of a submission."""

    opinions: int
    conversation: int
    ignored: int
    waiting: int
    dead: int
    held: int

    @property
    def received(self) -> int:
        """All of them."""
        return self.opinions + self.conversation + self.ignored + self.pending

    @property
    def pending(self) -> int:
        """Those from which an opinion may still come."""
        return self.waiting + self.dead + self.held


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was received and where it is counted, in 通 and in 件. ``messages`` is None for a part of the city."""

    received: int
    unmade: int
    submissions: dict[Standing, int]
    matters: dict[Standing, int]
    messages: Messages | None
    differences: tuple[Difference, ...]

    @property
    def counted(self) -> int:
        """Matters that the tables count."""
        return self.matters[Standing.COUNTED]

    @property
    def pending(self) -> int:
        """Messages not worked yet, and submissions of which no matter came."""
        return self.unmade + (self.messages.pending if self.messages else 0)


def reconcile(session: Session, scope: Scope) -> Reconciliation:
    """Count the period on every level, each by itself, and compare."""
    whole = scope.department_id is None
    matters = _by_standing(
        session.execute(select(standing(), func.count()).where(*scope.conditions()).group_by(literal_column("1")))
    )
    submissions = _by_standing(_submission_rows(session, scope))
    unmade = _unmade(session, scope) if whole else []
    received = _received(session, scope) if whole else sum(submissions.values())
    found = [*_broken(session, scope), *unmade] if whole else []
    missing = received - sum(submissions.values()) - sum(one.count for one in unmade)
    if missing:
        found.append(Difference("通の総数と、区分ごとの通の合計が合いません。", abs(missing), ()))
    return Reconciliation(
        received=received,
        unmade=sum(one.count for one in unmade),
        submissions=submissions,
        matters=matters,
        messages=_messages(session, scope) if whole else None,
        differences=tuple(found),
    )


def _by_standing(rows: Iterable[Any]) -> dict[Standing, int]:
    return dict.fromkeys(_ORDER, 0) | {Standing(where): number for where, number in rows}


def _submission_rows(session: Session, scope: Scope) -> Iterable[tuple[Standing, int]]:
    """A submission is counted where the first of its matters stands, in the order of `Standing`."""
    places = {where: place for place, where in enumerate(_ORDER)}
    ranked = select(Matter.submission_id, func.min(_place(places)).label("place")).where(*scope.conditions())
    best = ranked.group_by(Matter.submission_id).subquery()
    for place, number in session.execute(select(best.c.place, func.count()).group_by(best.c.place)):
        yield _ORDER[place], number


def _place(places: dict[Standing, int]) -> ColumnElement[int]:
    return case({str(where): place for where, place in places.items()}, value=standing(), else_=0)


def _in(scope: Scope, column: Any) -> ColumnElement[bool]:
    return and_(column >= scope.start, column < scope.end)


def _received(session: Session, scope: Scope) -> int:
    query = select(func.count()).select_from(Submission).where(_in(scope, Submission.received_at))
    return session.scalar(query) or 0


def _unmade(session: Session, scope: Scope) -> list[Difference]:
    """Submissions without any matter."""
    condition = and_(
        _in(scope, Submission.received_at), ~select(Matter.id).where(Matter.submission_id == Submission.id).exists()
    )
    return _listed(session, "件になっていない通があります。", condition)


def _broken(session: Session, scope: Scope) -> list[Difference]:
    """What contradicts itself between submissions, matters, parts and events."""
    both = or_(_in(scope, Matter.received_at), _in(scope, Submission.received_at))
    elsewhere = or_(
        and_(both, ~and_(_in(scope, Matter.received_at), _in(scope, Submission.received_at))),
        and_(both, Matter.channel != Submission.channel),
    )
    found = _listed(
        session, "通と件とで、受付の日または受付方法が食い違っています。", elsewhere, through=Matter.submission_id
    )
    of_events = and_(
        _in(scope, Submission.received_at),
        Submission.channel == Channel.LINE,
        Part.line_event_id.is_not(None),
        or_(LineEvent.id.is_(None), LineEvent.state.in_([EventState.PENDING, EventState.DEAD])),
    )
    rows = session.execute(
        select(Submission.id, Submission.received_at)
        .join(Part, Part.submission_id == Submission.id)
        .outerjoin(LineEvent, LineEvent.id == Part.line_event_id)
        .where(of_events)
        .distinct()
        .order_by(Submission.id)
    ).all()
    return found + _difference("受信の記録と、意見の記録が食い違っています。", rows)


def _listed(
    session: Session, what: str, condition: ColumnElement[bool], *, through: Any | None = None
) -> list[Difference]:
    query = select(Submission.id, Submission.received_at)
    if through is not None:
        query = query.join(Matter, through == Submission.id)
    rows = session.execute(query.where(condition).distinct().order_by(Submission.id)).all()
    return _difference(what, rows)


def _difference(what: str, rows: Sequence[Any]) -> list[Difference]:
    where = tuple(receipt_number(row.id, row.received_at) for row in rows[:_NAMED])
    return [Difference(what, len(rows), where)] if rows else []


def _messages(session: Session, scope: Scope) -> Messages:
    held = LineEvent.held_until.is_not(None)
    states: dict[tuple[EventState, bool], int] = {
        (EventState(state), bool(waits)): number
        for state, waits, number in session.execute(
            select(LineEvent.state, held, func.count())
            .where(LineEvent.type == "message", _in(scope, LineEvent.occurred_at))
            .group_by(LineEvent.state, held)
        )
    }
    parts = session.scalar(
        select(func.count(func.distinct(LineEvent.id)))
        .join(Part, Part.line_event_id == LineEvent.id)
        .where(
            LineEvent.type == "message",
            LineEvent.state == EventState.DONE,
            held.is_(False),
            _in(scope, LineEvent.occurred_at),
        )
    )
    opinions = parts or 0

    def of(state: EventState) -> int:
        return states.get((state, False), 0)

    return Messages(
        opinions=opinions,
        conversation=of(EventState.DONE) - opinions,
        ignored=of(EventState.IGNORED),
        waiting=of(EventState.PENDING),
        dead=of(EventState.DEAD),
        held=sum(number for (_, waits), number in states.items() if waits),
    )


def checked(found: Reconciliation, tables: Iterable[Table]) -> tuple[Difference, ...]:
    """All differences: those of the period, and tables whose counts do not sum up to the matters counted."""
    differences = list(found.differences)
    for table in tables:
        if table.sums_to is None or table.absence:
            continue
        values = [row.cells[table.sums_to].value for row in table.rows if not row.total]
        total = sum(value for value in values if isinstance(value, int))
        if total != found.counted:
            differences.append(
                Difference(f"表「{table.title}」の合計が、集計対象の件数と合いません。", abs(total - found.counted), ())
            )
    return tuple(differences)


def tables(found: Reconciliation) -> tuple[Table, ...]:
    """The reconciliation as tables: of 通 and 件, and of LINE's messages."""
    pending = found.messages.pending if found.messages else 0
    names = [
        Row((text(STANDING_NAMES[one]), count(found.submissions[one]), count(found.matters[one]))) for one in _ORDER
    ]
    main = Table(
        key="reconciliation",
        title="受け付けた意見の内訳（照合）",
        unit="通・件",
        columns=(Column("区分"), Column("通"), Column("件")),
        rows=(
            *names,
            Row((text("処理待ち"), count(found.unmade + pending), count(found.unmade + pending))),
            Row(
                (
                    text("受け付けた総数"),
                    count(found.received + pending),
                    count(sum(found.matters.values()) + found.unmade + pending),
                ),
                total=True,
            ),
        ),
        notes=(
            "受け付けた総数 ＝ 集計対象 ＋ 移送 ＋ 対象外 ＋ 取り下げ・送信取消 ＋ 営業・いたずら ＋ 処理待ち。",
            "一つの通に複数の件があるときは、通は上の行の区分を優先して数えています。",
            "ほかの表は「集計対象」だけを数えています。",
        ),
    )
    return (main, _message_table(found.messages)) if found.messages else (main,)


def _message_table(found: Messages) -> Table:
    rows = (
        ("意見として受け付けたもの", found.opinions),
        ("会話の操作など（同意、選択、雑談）", found.conversation),
        ("処理の対象でないもの", found.ignored),
        ("処理待ち", found.waiting),
        ("処理できなかったもの（要確認）", found.dead),
        ("同意の返事を待っているもの", found.held),
    )
    return Table(
        key="messages",
        title="LINE のメッセージの内訳（受信の記録）",
        unit="通信数",
        columns=(Column("区分"), Column("メッセージ")),
        rows=(
            *(Row((text(name), count(number))) for name, number in rows),
            Row((text("受信したメッセージ"), count(found.received)), total=True),
        ),
        notes=(
            "近い時刻に続けて届いたメッセージは一つの通にまとめるため、通の数とは一致しません。",
            "本文は保存期間が過ぎると消去しますが、受信の記録の件数は残るため、過去の期間も照合できます。",
        ),
    )
