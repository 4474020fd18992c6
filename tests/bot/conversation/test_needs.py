import pytest

from bot.conversation.incoming import Incoming, Media, Press, Words
from bot.conversation.needs import Needs, needs
from bot.conversation.state import IDLE, NEWEST, Flow, State
from bot.conversation.words import read_word


def _words(text: str) -> Words:
    return Words(text, read_word(text))


@pytest.mark.parametrize(
    ("state", "incoming", "wanted"),
    [
        (IDLE, _words("道路に穴があいています"), Needs()),
        (State(Flow.ADDING, about=NEWEST), Media("image"), Needs()),
        (State(Flow.ADDING, about=7), Media("image"), Needs(submission=7)),
        (State(Flow.ADDING, about=7), _words("続きです"), Needs(submission=7)),
        (State(Flow.LIST, offered=("5", "6")), _words("2"), Needs(submission=6)),
        (State(Flow.LIST, offered=("5", "x")), _words("2"), Needs()),
        (State(Flow.LIST, offered=("5",)), _words("9"), Needs()),
        (IDLE, _words("R8-000012"), Needs(submission=12)),
        (IDLE, _words("状況"), Needs(listed=True)),
        (IDLE, _words("個人情報"), Needs(kept=True)),
        (IDLE, _words("同意する"), Needs(held=True)),
        (State(Flow.CONSENT), _words("はい"), Needs(held=True)),
        (State(Flow.CONSENT), _words("道路に穴が"), Needs()),
        (IDLE, Press("area", 7, "roads"), Needs(submission=7, areas=True)),
        (IDLE, Press("pick", 7), Needs(submission=7, areas=True, candidates=True)),
        (IDLE, Press("agree"), Needs(held=True)),
    ],
)
def test_only_what_a_step_uses_is_loaded(state: State, incoming: Incoming, wanted: Needs) -> None:
    assert needs(state, incoming) == wanted
