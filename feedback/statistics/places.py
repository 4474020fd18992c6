"""Districts (地区) that citizens name, in the order of the alphabet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.routing.models import RoutingRule
from feedback.statistics.models import FigureCode
from feedback.statistics.sheets import Field


def districts(session: Session) -> list[str]:
    """Every district that opinions on day sheets name, or that the city routes by."""
    counted = select(FigureCode.value).where(FigureCode.field == Field.DISTRICT)
    routed = select(RoutingRule.district).where(RoutingRule.active, RoutingRule.district.is_not(None))
    return sorted({*session.scalars(counted), *(one for one in session.scalars(routed) if one)})
