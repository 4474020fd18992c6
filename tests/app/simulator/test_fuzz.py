"""Whatever a bot sends, the stand-in answers in LINE's shape and never breaks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.simulator.delivery import WebhookSender
from app.simulator.server import create_app
from app.simulator.settings import SimulatorSettings
from app.simulator.world import World

Json = dict[str, Any]

SHAPE_KEYS = [
    "type",
    "contents",
    "body",
    "header",
    "layout",
    "template",
    "columns",
    "styles",
    "size",
    "areas",
    "bounds",
]
WORD_KEYS = ["text", "label", "altText", "data", "url", "name", "mode", "aspectRatio", "index", "limit", "max"]
PLACE_KEYS = [
    "x",
    "y",
    "width",
    "height",
    "action",
    "actions",
    "items",
    "quickReply",
    "sender",
    "emojis",
    "substitution",
]
KEYS = st.sampled_from([*SHAPE_KEYS, *WORD_KEYS, *PLACE_KEYS])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["text", "flex", "template", "bubble", "box", "vertical", "buttons", "carousel", "postback"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
MESSAGE = st.dictionaries(KEYS, VALUES, max_size=6)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "messages": st.lists(MESSAGE | VALUES, max_size=3) | VALUES,
        "to": VALUES | st.just("U" + "0" * 32),
        "replyToken": VALUES,
        "limit": VALUES,
        "size": VALUES,
        "areas": VALUES,
        "name": VALUES,
        "chatBarText": VALUES,
        "selected": VALUES,
        "chatId": VALUES | st.just("U" + "0" * 32),
        "loadingSeconds": VALUES,
        "richMenuId": VALUES,
        "richMenuAliasId": VALUES,
        "userIds": VALUES,
        "endpoint": VALUES,
    },
)
PATHS = [
    "/message/reply",
    "/message/push",
    "/message/multicast",
    "/message/narrowcast",
    "/message/broadcast",
    "/message/validate/push",
    "/richmenu",
    "/richmenu/alias",
    "/richmenu/bulk/link",
    "/richmenu/bulk/unlink",
    "/chat/loading/start",
]


@pytest.fixture(scope="module")
def browserless() -> Iterator[FlaskClient]:
    world = World(SimulatorSettings("secret", "token"))
    sender = WebhookSender(world)
    app = create_app(world, sender)
    app.testing = True
    yield app.test_client()
    sender.close()


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60)
@given(body=BODY)
def test_never_a_server_error(browserless: FlaskClient, path: str, body: Json) -> None:
    headers = {"Authorization": "Bearer token"}
    answer = browserless.post(f"/v2/bot{path}", data=json.dumps(body), headers=headers)
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert isinstance(answer.get_json()["message"], str)
