"""Reads of themes: what citizens wrote about in a period, area by area, beside the period before it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from feedback import masking
from feedback.likeness.models import Fingerprint
from feedback.likeness.queries import Size, people
from feedback.opinions.models import Matter, Submission
from feedback.opinions.queries import personal_data_of, visible_to
from feedback.opinions.rules import Kind, MatterStatus, receipt_number
from feedback.routing.models import Area
from feedback.staff.rules import Actor
from feedback.statistics.queries import Scope
from feedback.taxonomy.mapping import area_mapping, counts_as, names_of_areas, now_column
from feedback.taxonomy.rules import AreaMapping
from feedback.themes.membership import of_its_area
from feedback.themes.models import Theme, ThemeMember

QUOTES = 3
_LOOKED_AT = 12
_LONGEST_QUOTE = 120
_NOBODY = Size(0, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which opinions: of a period (and a department), of an area, of a kind."""

    scope: Scope
    area: str | None = None
    kind: Kind | None = None

    @property
    def before(self) -> "Wanted":
        """The same of the period before: as many calendar months when it is whole months, else as many days."""
        return replace(self, scope=period_before(self.scope))


@dataclass(frozen=True, slots=True)
class Quote:
    """The beginning of a citizen's own words, with personal data masked."""

    matter_id: int
    receipt: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A theme with its size now and in the period before."""

    id: int
    words: tuple[str, ...]
    colour: int
    size: Size
    before: Size
    quotes: tuple[Quote, ...]

    @property
    def change(self) -> int:
        """Matters more (or, below 0, fewer) than in the period before."""
        return self.size.matters - self.before.matters


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area's opinions: all of them, those in no theme, and the themes, the largest first."""

    key: str | None
    name: str
    size: Size
    before: Size
    themes: tuple[ThemeView, ...]

    @property
    def change(self) -> int:
        """Matters more (or, below 0, fewer) than in the period before."""
        return self.size.matters - self.before.matters

    @property
    def unthemed(self) -> int:
        """Matters that are in no theme."""
        return self.size.matters - sum(one.size.matters for one in self.themes)


@dataclass(frozen=True, slots=True)
class Voices:
    """What citizens wrote in a period."""

    size: Size
    before: Size
    period_before: Scope
    areas: tuple[AreaView, ...]

    @property
    def unthemed(self) -> int:
        """Matters that are in no theme of any area."""
        return sum(one.unthemed for one in self.areas)


def period_before(scope: Scope) -> Scope:
    """The period of equal length that ends the day before a scope begins."""
    last = scope.first - timedelta(days=1)
    if scope.first.day == 1 and (scope.last + timedelta(days=1)).day == 1:
        months = (scope.last.year - scope.first.year) * 12 + scope.last.month - scope.first.month + 1
        number = scope.first.year * 12 + scope.first.month - 1 - months
        return replace(scope, first=date(number // 12, number % 12 + 1, 1), last=last)
    return replace(scope, first=scope.first - (scope.last - scope.first) - timedelta(days=1), last=last)


def voices(session: Session, wanted: Wanted, *, actor: Actor) -> Voices:
    """The themes of a period as far as the actor may see matters. Withdrawn opinions and spam are not counted."""
    mapping = area_mapping(session)
    now, before = _conditions(wanted, actor, mapping), _conditions(wanted.before, actor, mapping)
    areas, areas_before = _by_area(session, now, mapping), _by_area(session, before, mapping)
    themes, themes_before = _by_theme(session, now, mapping), _by_theme(session, before, mapping)
    labels = {one.id: one for one in session.scalars(select(Theme).where(Theme.id.in_(themes.keys() | themes_before)))}
    quotes = _quotes(session, now, sorted(themes), mapping)
    views: dict[str | None, list[ThemeView]] = defaultdict(list)
    for id_, theme in labels.items():
        view = ThemeView(
            id_,
            tuple(theme.words),
            theme.colour,
            themes.get(id_, _NOBODY),
            themes_before.get(id_, _NOBODY),
            quotes.get(id_, ()),
        )
        views[mapping.now(theme.area_key)].append(view)
    called = names_of_areas(session, mapping)
    keys = session.scalars(select(Area.key).order_by(Area.position, Area.key))
    names: list[tuple[str | None, str]] = [(key, called[key]) for key in keys]
    found = [
        AreaView(key, name, areas.get(key, _NOBODY), areas_before.get(key, _NOBODY), _sorted(views[key]))
        for key, name in [*names, (None, "分野未定")]
        if key in areas or key in areas_before
    ]
    return Voices(_size(session, now), _size(session, before), wanted.before.scope, tuple(found))


def _sorted(views: Sequence[ThemeView]) -> tuple[ThemeView, ...]:
    return tuple(sorted(views, key=lambda one: (-one.size.people, -one.size.matters, -one.before.people, one.id)))


def _conditions(wanted: Wanted, actor: Actor, mapping: AreaMapping) -> list[ColumnElement[bool]]:
    found = [
        *wanted.scope.conditions(),
        visible_to(actor),
        Matter.status.not_in([MatterStatus.WITHDRAWN, MatterStatus.SPAM]),
    ]
    if wanted.area is not None:
        found.append(counts_as(mapping, Matter.area_key, wanted.area))
    if wanted.kind is not None:
        found.append(Matter.kind == wanted.kind)
    return found


def _size(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Size:
    query = select(func.count(), people()).select_from(Matter).join(Submission, Submission.id == Matter.submission_id)
    return Size(*session.execute(query.where(*conditions)).one())


def _by_area(
    session: Session, conditions: Sequence[ColumnElement[bool]], mapping: AreaMapping
) -> dict[str | None, Size]:
    area = now_column(mapping, Matter.area_key).label("area")
    rows = session.execute(
        select(area, func.count(), people())
        .join(Submission, Submission.id == Matter.submission_id)
        .where(*conditions)
        .group_by(area)
    )
    return {key: Size(matters, persons) for key, matters, persons in rows}


def _by_theme(session: Session, conditions: Sequence[ColumnElement[bool]], mapping: AreaMapping) -> dict[int, Size]:
    rows = session.execute(
        select(ThemeMember.theme_id, func.count(), people())
        .select_from(Matter)
        .join(Submission, Submission.id == Matter.submission_id)
        .join(ThemeMember, ThemeMember.matter_id == Matter.id)
        .join(Theme, and_(Theme.id == ThemeMember.theme_id, of_its_area(mapping)))
        .where(*conditions)
        .group_by(ThemeMember.theme_id)
    )
    return {theme: Size(matters, persons) for theme, matters, persons in rows}


def _quotes(
    session: Session, conditions: Sequence[ColumnElement[bool]], themes: Sequence[int], mapping: AreaMapping
) -> Mapping[int, tuple[Quote, ...]]:
    """The heaviest members of each theme: of different people, and of a text sent many times only one."""
    place = func.row_number().over(
        partition_by=ThemeMember.theme_id, order_by=(ThemeMember.weight.desc(), Matter.id.asc())
    )
    ranked = (
        select(Matter.id, ThemeMember.theme_id, place.label("place"))
        .join(ThemeMember, ThemeMember.matter_id == Matter.id)
        .join(Theme, and_(Theme.id == ThemeMember.theme_id, of_its_area(mapping)))
        .where(*conditions, ThemeMember.theme_id.in_(themes))
        .subquery()
    )
    rows = session.execute(
        select(
            ranked.c.theme_id,
            Matter.id,
            Matter.text,
            Matter.submission_id,
            Matter.received_at,
            Submission.citizen_id,
            Fingerprint.group_id,
        )
        .join(Matter, Matter.id == ranked.c.id)
        .join(Submission, Submission.id == Matter.submission_id)
        .outerjoin(Fingerprint, Fingerprint.matter_id == Matter.id)
        .where(ranked.c.place <= _LOOKED_AT)
        .order_by(ranked.c.theme_id, ranked.c.place)
    ).all()
    chosen: dict[int, list[tuple[int, str, int, datetime]]] = defaultdict(list)
    seen: set[tuple[int, str, int]] = set()
    for theme, id_, text, submission_id, received_at, citizen_id, group_id in rows:
        person = (theme, "c", citizen_id) if citizen_id is not None else (theme, "s", submission_id)
        words = (theme, "g", group_id) if group_id is not None else (theme, "m", id_)
        if len(chosen[theme]) < QUOTES and not {person, words} & seen:
            seen |= {person, words}
            chosen[theme].append((id_, text, submission_id, received_at))
    personal = personal_data_of(session, [one[0] for some in chosen.values() for one in some])
    return {
        theme: tuple(
            Quote(id_, receipt_number(submission_id, at), _beginning(masking.mask(text, personal.get(id_, ()))), at)
            for id_, text, submission_id, at in some
        )
        for theme, some in chosen.items()
    }


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"
