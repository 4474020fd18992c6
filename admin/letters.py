"""Words of a matter that letters to citizens are filled in with."""

from admin.context import services
from feedback.clock import era_date, tokyo_date
from feedback.opinions.details import MatterView


def variables(matter: MatterView) -> dict[str, str]:
    """The values of a template's variables; 対応内容 only when something was written there."""
    return {
        "受付番号": matter.receipt,
        "受付日": era_date(tokyo_date(matter.received_at)),
        "分野": matter.area_name or "市政",
        "担当課": matter.department,
        "市名": services().settings.city_name,
        **({"対応内容": matter.outcome_reason} if matter.outcome_reason else {}),
    }
