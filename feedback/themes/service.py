"""Makes the themes of all months anew and stores what changed. Words taken back leave their theme at once.

The months are gone through in order, each with the two before it; a theme that is found again keeps its row. Nothing
but the matters and the areas as they count today goes in, so the same matters always give the same themes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import MatterStatus
from feedback.ports import TermFinder
from feedback.rows import write_rows
from feedback.statistics.queries import Scope
from feedback.taxonomy.mapping import area_mapping
from feedback.taxonomy.rules import AreaMapping
from feedback.themes import rules
from feedback.themes.models import Theme, ThemeMember
from feedback.themes.rules import Found, Voice

WINDOW = 3
"""Months that are looked at together, so that a quiet month does not lose its themes."""
_REMEMBERED = 12
_SILENT = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)
_A_ROUND = 500

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Known:
    """A theme as the chain of months goes on."""

    key: str
    area_key: str
    words: tuple[str, ...]
    profile: Mapping[str, float]
    first_month: date
    last_month: date
    colour: int


@dataclass(slots=True)
class Chain:
    """All themes so far and everybody's place in them."""

    themes: dict[str, Known] = field(default_factory=dict)
    members: dict[int, tuple[str, int]] = field(default_factory=dict)

    def add(self, month: date, by_area: Mapping[str, list[list[Voice]]]) -> None:
        """Go on by a month. ``by_area``: the window's voices, month by month, the last being this one."""
        window = {area: [voice for voices in months for voice in voices] for area, months in by_area.items()}
        used = {
            area: {term: len(people) for term, people in rules.users(some).items()} for area, some in window.items()
        }
        people = {area: len({voice.person for voice in some}) for area, some in window.items()}
        total: Counter[str] = Counter()
        for counts in used.values():
            total.update(counts)
        for area in sorted(window):
            elsewhere = {term: total[term] - count for term, count in used[area].items()}
            others = sum(people.values()) - people[area]
            found = rules.find(window[area], elsewhere=elsewhere, people_elsewhere=others)
            self._take(month, area, found, now={voice.matter_id for voice in by_area[area][-1]})

    def _take(self, month: date, area: str, found: list[Found], *, now: set[int]) -> None:
        oldest = _months_before(month, _REMEMBERED)
        candidates = {
            key: one.profile for key, one in self.themes.items() if one.area_key == area and one.last_month >= oldest
        }
        matched = rules.match(found, candidates)
        for one in found:
            members = {matter_id: weight for matter_id, weight in one.members.items() if matter_id in now}
            key = matched.get(one.name) or f"{area}:{month:%Y-%m}:{one.name}"[:200]
            if key in self.themes:
                known = self.themes[key]
                known.words, known.profile, known.last_month = one.label, one.profile, month
            else:
                born = sum(1 for other in self.themes.values() if other.area_key == area)
                self.themes[key] = Known(key, area, one.label, one.profile, month, month, born % rules.COLOURS)
            self.members |= {matter_id: (key, weight) for matter_id, weight in members.items()}


def make(database: Database, finder: TermFinder, *, progress: Progress = lambda _done, _total: None) -> int:
    """Find the themes of all months and store them. Returns how many matters are in one."""
    chain = Chain()
    window: list[dict[str, list[Voice]]] = []
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(Matter)) or 0
        mapping = area_mapping(session)
    done = 0
    for month in _months(database):
        voices, count = _voices(database, finder, month, mapping)
        window = [*window, voices][-WINDOW:]
        areas = {area for one in window for area in one}
        chain.add(month, {area: [one.get(area, []) for one in window] for area in sorted(areas)})
        done += count
        progress(done, total)
    with database.write() as session:
        store(session, chain)
    return len(chain.members)


def store(session: Session, chain: Chain) -> None:
    """Make the tables say what the chain says; rows that are right already stay."""
    ids = _store_themes(session, chain)
    wanted = {matter_id: (ids[key], weight) for matter_id, (key, weight) in chain.members.items()}
    rows = session.execute(select(ThemeMember.matter_id, ThemeMember.theme_id, ThemeMember.weight))
    present = {row.matter_id: (row.theme_id, row.weight) for row in rows}
    changed = sorted(one for one in present | wanted if present.get(one) != wanted.get(one))
    for first in range(0, len(changed), _A_ROUND):
        some = changed[first : first + _A_ROUND]
        session.execute(delete(ThemeMember).where(ThemeMember.matter_id.in_(some)))
        # Whoever took words back meanwhile is not put in again.
        alive = set(
            session.scalars(select(Matter.id).where(Matter.id.in_(some), *_speaking()).with_for_update(key_share=True))
        )
        new = [one for one in some if one in wanted and one in alive]
        write_rows(
            session,
            ThemeMember.__table__,  # type: ignore[arg-type]  # a mapped class's table
            [{"matter_id": one, "theme_id": wanted[one][0], "weight": wanted[one][1]} for one in new],
        )
    session.execute(delete(Theme).where(Theme.id.not_in(select(ThemeMember.theme_id)), Theme.key.not_in(chain.themes)))


def _store_themes(session: Session, chain: Chain) -> dict[str, int]:
    rows = {row.key: row for row in session.scalars(select(Theme))}
    for key, known in sorted(chain.themes.items()):
        theme = rows.setdefault(key, Theme(key=key))
        theme.area_key, theme.words, theme.colour = known.area_key, list(known.words), known.colour
        theme.first_month, theme.last_month = known.first_month, known.last_month
        session.add(theme)
    session.flush()
    return {key: rows[key].id for key in chain.themes}


def _months(database: Database) -> Iterator[date]:
    with database.read() as session:
        first, last = session.execute(select(func.min(Matter.received_at), func.max(Matter.received_at))).one()
    if first is None:
        return
    month, end = tokyo_date(first).replace(day=1), tokyo_date(last)
    while month <= end:
        yield month
        month = _months_before(month, -1)


def _months_before(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _speaking() -> tuple[ColumnElement[bool], ...]:
    return Matter.text != "", Matter.status.not_in(_SILENT)


def _voices(
    database: Database, finder: TermFinder, month: date, mapping: AreaMapping
) -> tuple[dict[str, list[Voice]], int]:
    """A month's opinions by today's area, and how many there were. The words are looked at outside the transaction."""
    scope = Scope(month, _months_before(month, -1) - timedelta(days=1))
    with database.read() as session:
        rows = session.execute(
            select(Matter.id, Matter.area_key, Matter.text, Submission.citizen_id, Submission.id.label("submission_id"))
            .join(Submission, Submission.id == Matter.submission_id)
            .where(*scope.conditions(), Matter.area_key.is_not(None), *_speaking())
            .order_by(Matter.id)
        ).all()
    voices: dict[str, list[Voice]] = defaultdict(list)
    for row, terms in zip(rows, finder.terms([row.text for row in rows]), strict=True):
        person = f"c{row.citizen_id}" if row.citizen_id is not None else f"s{row.submission_id}"
        voices[mapping.now(row.area_key) or row.area_key].append(Voice(row.id, person, terms))
    return dict(voices), len(rows)
