"""What charts of the admin have in common. Each stands beside a table that says the same."""

from collections.abc import Sequence
from typing import Any

INK = "#1a1a1c"
BLUE, PALE = "#0017c1", "#9db7f9"


def base(description: str) -> dict[str, Any]:
    """Options of every chart. ``description`` is what screen readers tell of it."""
    return {
        "aria": {"enabled": True, "label": {"description": description}},
        "animation": False,
        "textStyle": {"fontFamily": "inherit", "color": INK},
        "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
    }


def bars(values: Sequence[tuple[str, float]], description: str, *, whole: bool = False) -> dict[str, Any]:
    """Lying bars, the first on top. ``whole``: the values are counts, so the axis has no fractions."""
    shown = values[::-1]
    return base(description) | {
        "xAxis": {"type": "value"} | ({"minInterval": 1} if whole else {}),
        "yAxis": {
            "type": "category",
            "data": [name for name, _ in shown],
            "axisLabel": {"width": 150, "overflow": "truncate", "interval": 0},
        },
        "series": [
            {
                "type": "bar",
                "data": [value for _, value in shown],
                "itemStyle": {"color": BLUE, "borderRadius": [0, 2, 2, 0]},
                "label": {"show": True, "position": "right", "color": INK},
            }
        ],
    }


def columns(values: Sequence[tuple[str, float]], description: str) -> dict[str, Any]:
    """Standing bars in the order given."""
    return base(description) | {
        "xAxis": {"type": "category", "data": [name for name, _ in values], "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "data": [value for _, value in values],
                "itemStyle": {"color": BLUE, "borderRadius": [2, 2, 0, 0]},
                "label": {"show": True, "position": "top", "color": INK},
            }
        ],
    }


def compared(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], description: str
) -> dict[str, Any]:
    """Standing bars side by side, the last series the strongest: an earlier period beside the present one."""
    colours = [PALE] * (len(series) - 1) + [BLUE]
    return base(description) | {
        "legend": {"top": 0, "right": 0},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": name,
                "type": "bar",
                "data": list(values),
                "itemStyle": {"color": colour, "borderRadius": [2, 2, 0, 0]},
            }
            for (name, values), colour in zip(series, colours, strict=True)
        ],
    }
