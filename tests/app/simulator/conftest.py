from collections.abc import Iterator

import pytest

from app.simulator.client import Citizen, SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from tests.app.simulator.echo_bot import SECRET, TOKEN, EchoBot


@pytest.fixture
def bot() -> Iterator[EchoBot]:
    bot = EchoBot()
    bot.start()
    yield bot
    bot.stop()


@pytest.fixture
def server(bot: EchoBot) -> Iterator[SimulatorServer]:
    settings = SimulatorSettings(
        channel_secret=SECRET, channel_access_token=TOKEN, webhook_url=bot.url, transcoding_seconds=0.2
    )
    with SimulatorServer(settings) as server:
        bot.api_url = server.url
        yield server
        bot.settle()


@pytest.fixture
def simulator(server: SimulatorServer) -> Iterator[SimulatorClient]:
    client = SimulatorClient(server.url)
    yield client
    client.close()


@pytest.fixture
def tanaka(simulator: SimulatorClient) -> Citizen:
    return simulator.add_citizen("田中 一郎")
