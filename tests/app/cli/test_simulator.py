import os
import signal
import subprocess
import sys

import urllib3
from click.testing import CliRunner

from app.cli.simulator import command
from app.simulator.client import SimulatorClient

PROGRAM = "from app.cli.simulator import command; command()"


def test_secrets_are_needed() -> None:
    result = CliRunner().invoke(command, ["--bind", "127.0.0.1:0"], env={})
    assert result.exit_code == 2
    assert "--channel-secret" in result.output


def test_serves_until_it_is_told_to_stop() -> None:
    secrets = {"MACHIKOE_LINE_CHANNEL_SECRET": "s", "MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN": "t"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--bind", "127.0.0.1:8419", "--bot-name", "こえ市"],
        env=os.environ | secrets,
        stdout=subprocess.PIPE,
        text=True,
    )
    client = SimulatorClient("http://127.0.0.1:8419")
    try:
        client.wait_until_ready(30)
        token = {"Authorization": "Bearer t"}
        info = urllib3.request("GET", "http://127.0.0.1:8419/v2/bot/info", headers=token).json()
        assert info["displayName"] == "こえ市"
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "http://127.0.0.1:8419/" in said
