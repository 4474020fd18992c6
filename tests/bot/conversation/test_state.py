import json

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.state import IDLE, UNSENT_KEPT, Flow, State, from_json, to_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_STATES = st.builds(
    State,
    flow=st.sampled_from(Flow),
    about=st.none() | st.integers(min_value=0),
    offered=st.lists(st.text(max_size=5), max_size=30).map(tuple),
    until=st.integers(min_value=0),
    album=st.text(max_size=16),
    unsent=st.lists(st.text(max_size=32), max_size=UNSENT_KEPT).map(tuple),
)


@given(_STATES)
def test_a_state_survives_storing(state: State) -> None:
    assert from_json(json.loads(json.dumps(to_json(state)))) == state


@given(
    _JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(("flow", "about", "offered", "until", "unsent"), _JSON))
)
def test_anything_stored_can_be_read(stored: object) -> None:
    from_json(stored)


def test_idle_is_stored_as_nothing() -> None:
    assert to_json(IDLE) == {}
    assert from_json({}) is IDLE


def test_only_the_last_unsent_messages_are_remembered() -> None:
    state = IDLE
    for number in range(30):
        state = state.with_unsent(str(number))
    assert state.unsent == tuple(map(str, range(10, 30)))
