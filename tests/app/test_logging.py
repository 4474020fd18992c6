"""What comes out on standard error, tried in a process of its own since logs are set up once a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = "U" + "5ec2e7" * 5 + "ab"


def said(lines: str, *, level: str = "DEBUG") -> list[str]:
    """Run lines under our logs; what the process wrote to standard error."""
    program = f"import logging, structlog\nfrom app.logging import configure\nconfigure({level!r})\n{lines}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_an_event_is_one_line_of_json() -> None:
    (line,) = said(
        "structlog.get_logger().info('worker.started', row=3)\nstructlog.get_logger().debug('x')", level="INFO"
    )
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "worker.started", "level": "info", "row": 3}


@pytest.mark.parametrize("library", ["linebot", "urllib3.connectionpool", "sqlalchemy.engine", "psycopg", "PIL", "new"])
def test_libraries_never_tell_details_not_even_at_debug(library: str) -> None:
    lines = said(f"log = logging.getLogger({library!r})\nlog.debug('body {USER}')\nlog.info('body {USER}')")
    assert lines == []


def test_a_call_to_line_that_fails_leaves_no_id_behind() -> None:
    call = f"""
from bot.account import Account
from bot.sender import LineApi
from bot.media import ContentApi
from feedback.config import load_settings
from feedback.opinions.rules import PartKind
settings = load_settings({{
    "MACHIKOE_LINE_API_BASE_URL": "http://127.0.0.1:1", "MACHIKOE_LINE_DATA_API_BASE_URL": "http://127.0.0.1:1",
    "MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN": "hush-token",
}})
api = LineApi(settings)
answers = [
    api.leave("C" + {USER!r}), api.push({USER!r}, [{{"type": "text", "text": "himitsu"}}], retry_key="hush-key"),
    api.reply("hush-reply", [{{"type": "text", "text": "himitsu"}}]),
]
assert all(answer.trouble for answer in answers)
list(Account(settings).check())
try:
    ContentApi(settings).fetch("77001122", PartKind.IMAGE)
except Exception as error:
    structlog.get_logger().warning("media.failed", error=type(error).__name__)
"""
    lines = said(call)
    assert [json.loads(line)["event"] for line in lines] == ["media.failed"]
    for secret in (USER, "himitsu", "hush", "77001122"):
        assert secret not in "".join(lines)
