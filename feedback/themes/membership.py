"""Lists that show the opinions of one theme."""

from sqlalchemy import ColumnElement, and_, select

from feedback.opinions.models import Matter
from feedback.taxonomy.mapping import now_column
from feedback.taxonomy.rules import AreaMapping
from feedback.themes.models import Theme, ThemeMember


def of_its_area(mapping: AreaMapping) -> ColumnElement[bool]:
    """Condition on `Theme` and `Matter` joined: the matter's present area is the theme's, both as they count today."""
    return now_column(mapping, Theme.area_key) == now_column(mapping, Matter.area_key)


def in_theme(theme_id: int, mapping: AreaMapping) -> ColumnElement[bool]:
    """Condition on `Matter`: it belongs to a theme of its present area."""
    theme = select(now_column(mapping, Theme.area_key)).where(Theme.id == theme_id).scalar_subquery()
    members = select(ThemeMember.matter_id).where(ThemeMember.theme_id == theme_id)
    return and_(Matter.id.in_(members), now_column(mapping, Matter.area_key) == theme)
