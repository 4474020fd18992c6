"""Charts for paper: ECharts draws the options of the screen's charts inside the process, as SVG or PNG."""

import atexit
import re
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from admin.documents import fonts

_ECHARTS = Path(__file__).parents[1] / "static/vendor/echarts.min.js"
_LONGEST_SECONDS = 20
_DRAW = """
var self = globalThis;
function draw(option, width, height) {
  var chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: width, height: height});
  try {
    chart.setOption(option);
    return chart.getZr().painter.renderToString({cssEmphasis: false, cssAnimation: false, useViewBox: true});
  } finally { chart.dispose(); }
}
"""
_COUNTER = re.compile(r'(["#])zr\d+-')  # ECharts counts its charts in ids; the same chart is to be the same bytes
_one_at_a_time = threading.Lock()


def svg(option: Mapping[str, Any], width: int, height: int) -> str:
    """A chart as SVG. ``option``: of ECharts, without functions; ``width`` and ``height`` in pixels (96 to an inch)."""
    style = {**option.get("textStyle", {}), "fontFamily": fonts.FAMILY}
    on_paper = {**option, "animation": False, "aria": {"enabled": False}, "textStyle": style}
    with _one_at_a_time:
        drawn = _engine().call("draw", fonts.printable_in(on_paper), width, height, timeout_sec=_LONGEST_SECONDS)
    return _COUNTER.sub(r"\1zr-", str(drawn))


def png(option: Mapping[str, Any], width: int, height: int, *, zoom: float = 2.0) -> bytes:
    """A chart as PNG on white, for Word files. ``zoom`` 2 prints at 192 dots to an inch."""
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(option, width, height),
            background="white",
            zoom=zoom,
            skip_system_fonts=True,
            font_dirs=fonts.folders(),
            font_family=fonts.FAMILY,
        )
    )


@cache
def _engine() -> Any:
    """The one engine of this process, made at the first chart: it has threads, which a fork would not take along."""
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    # Left to the interpreter's end, closing it waits for threads that run no more, and the process never ends.
    atexit.register(engine.close)
    engine.eval(_DRAW)
    engine.eval(_ECHARTS.read_text(encoding="utf-8"))
    return engine
