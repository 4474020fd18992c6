"""Checking and setting up the channel, against the simulator."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.simulator.client import SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from bot.account import Account, Finding, LineTrouble
from feedback.config import Settings

TOKEN = "account-token"


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorSettings(channel_secret="s", channel_access_token=TOKEN)) as running:
        yield running


@pytest.fixture
def account_settings(settings: Settings, server: SimulatorServer) -> Settings:
    return settings.model_copy(
        update={
            "line_api_base_url": server.url,
            "line_data_api_base_url": server.url,
            "line_channel_access_token": SecretStr(TOKEN),
            "line_channel_secret": SecretStr("s"),
            "public_url": server.url,
        }
    )


def problems(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in Account(settings).check() if finding.is_problem}


def test_a_new_channel_lacks_its_webhook(account_settings: Settings) -> None:
    found = problems(account_settings)
    assert set(found) == {"webhook"}
    assert "line setup" in found["webhook"].advice


def test_setting_the_endpoint_is_seen_by_the_check(account_settings: Settings) -> None:
    account = Account(account_settings)
    account.set_endpoint()
    found = problems(account_settings)
    # The simulator itself stands where the bot should, and it knows no such page.
    assert "404" in found["webhook"].text


def test_a_wrong_token_is_told_first(account_settings: Settings) -> None:
    wrong = account_settings.model_copy(update={"line_channel_access_token": SecretStr("wrong")})
    found = problems(wrong)
    assert set(found) == {"access token"}
    assert "401" in found["access token"].text


def test_line_out_of_reach_is_told(account_settings: Settings) -> None:
    away = account_settings.model_copy(update={"line_api_base_url": "http://127.0.0.1:9"})
    assert "reached" in problems(away)["access token"].text
    with pytest.raises(LineTrouble):
        Account(away).set_endpoint()


def test_a_spent_quota_is_a_problem(account_settings: Settings, server: SimulatorServer) -> None:
    SimulatorClient(server.url).change_settings(monthly_quota=0)
    assert "quota" in problems(account_settings)
