"""What a reply may speak of, kept until the flush has given out receipt numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from bot import emergency
from bot.batch import AreaName
from bot.texts import lines
from feedback.clock import TOKYO, tokyo_date
from feedback.config import Settings
from feedback.deadlines.rules import Deadlines
from feedback.opinions.models import Submission


@dataclass(slots=True)
class Scene:
    """``subject``: the submission the replies are about. ``recorded``: those made when consent came.

    ``values``: what actions found out, for the sentences that tell it.
    """

    settings: Settings
    areas: Mapping[str, AreaName]
    departments: Mapping[int, str]
    deadlines: Deadlines = field(default_factory=Deadlines)
    subject: Submission | None = None
    recorded: Sequence[Submission] = ()
    listed: Sequence[Submission] = ()
    consented: bool = True
    values: Mapping[str, str] = field(default_factory=dict)

    def say(self, *keys: str, **values: str) -> str:
        """Sentences with the city's values, the action's values and these filled in."""
        return lines(keys).format_map({**city_values(self.settings), **self.values, **values})

    def about(self, submission: Submission) -> dict[str, str]:
        """The values of a submission."""
        matter = submission.matters[0]
        area = self.areas.get(matter.area_key) if matter.area_key else None
        return {
            "receipt": submission.receipt_number,
            "area": area.name if area else lines(("status.unknown_area",)),
            "department": self.departments.get(matter.department_id, self.settings.contact_desk),
            "date": day(submission.received_at),
            "days": str(self.deadlines.days(matter.area_key, matter.kind)),
        }

    def help_for(self, safety: str) -> emergency.Help:
        """Words and numbers for an emergency."""
        sections = emergency.load(self.settings.emergency_file)
        return sections.get(safety) or sections["emergency"]


def day(at: datetime) -> str:
    """A day as citizens read it: 2026年11月22日."""
    local = tokyo_date(at)
    return f"{local.year}年{local.month}月{local.day}日"


def moment(at: datetime) -> str:
    """A deadline as citizens read it: 11月30日 17時00分; midnight is the end of the day before."""
    local = at.astimezone(TOKYO)
    if (local.hour, local.minute) == (0, 0):
        local -= timedelta(minutes=1)
        return f"{local.month}月{local.day}日"
    return f"{local.month}月{local.day}日 {local.hour}時{local.minute:02}分"


def city_values(settings: Settings) -> dict[str, str]:
    """The city's own values."""
    return _city_values(
        settings.city_name,
        settings.contact_desk,
        settings.contact_phone,
        settings.public_url,
    )


@lru_cache(maxsize=16)
def _city_values(city: str, desk: str, phone: str, url: str) -> dict[str, str]:
    return {"city": city, "desk": desk, "phone": phone, "url": url}
