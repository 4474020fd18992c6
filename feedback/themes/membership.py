"""Lists that show the opinions of one theme."""

from sqlalchemy import ColumnElement, and_, select

from feedback.opinions.models import Matter
from feedback.themes.models import Theme, ThemeMember


def in_theme(theme_id: int) -> ColumnElement[bool]:
    """Condition on `Matter`: it belongs to a theme of its present area."""
    theme = select(Theme.area_key).where(Theme.id == theme_id).scalar_subquery()
    members = select(ThemeMember.matter_id).where(ThemeMember.theme_id == theme_id)
    return and_(Matter.id.in_(members), Matter.area_key == theme)
