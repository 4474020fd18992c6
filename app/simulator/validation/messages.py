"""Messages a bot sends, and the requests that carry them."""

from collections.abc import Callable

from app.simulator import limits
from app.simulator.validation.actions import check_action
from app.simulator.validation.checks import Node, Problem, is_chat_id, is_user_id
from app.simulator.validation.flex import check_flex
from app.simulator.validation.templates import check_template
from app.simulator.wire import Json


def check_messages(body: Json) -> list[Problem]:
    """Check the ``messages`` of any sending request."""
    problems: list[Problem] = []
    root = Node(body, "", problems)
    for message in root.children("messages", 1, limits.MESSAGES_PER_REQUEST):
        _message(message)
    root.boolean("notificationDisabled")
    return problems


def check_reply(body: Json) -> list[Problem]:
    """Check a reply request."""
    problems: list[Problem] = []
    Node(body, "", problems).text("replyToken", 200)
    return problems + check_messages(body)


def check_push(body: Json) -> list[Problem]:
    """Check a push request."""
    problems: list[Problem] = []
    root = Node(body, "", problems)
    to = root.text("to", 100)
    if to is not None and not is_chat_id(to):
        root.wrong("to", "The property, 'to', in the request body is invalid")
    _aggregation_units(root)
    return problems + check_messages(body)


def check_multicast(body: Json) -> list[Problem]:
    """Check a multicast request: 1 to 500 user ids."""
    problems: list[Problem] = []
    root = Node(body, "", problems)
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= limits.MULTICAST_RECIPIENTS:
        root.wrong("to", f"Size must be between 1 and {limits.MULTICAST_RECIPIENTS}")
    elif not all(is_user_id(user_id) for user_id in to):
        root.wrong("to", "The property, 'to', in the request body is invalid")
    _aggregation_units(root)
    return problems + check_messages(body)


def check_narrowcast(body: Json) -> list[Problem]:
    """Check a narrowcast request; audiences and filters are not looked into."""
    problems: list[Problem] = []
    limit = Node(body, "", problems).child("limit")
    if limit is not None:
        limit.integer("max", 1, 2**31 - 1, required=False)
    return problems + check_messages(body)


def _aggregation_units(root: Node) -> None:
    units = root.value.get("customAggregationUnits")
    if units is None:
        return
    if not isinstance(units, list) or len(units) > 1 or not all(isinstance(unit, str) for unit in units):
        root.wrong("customAggregationUnits", "Size must be between 0 and 1")


def _message(message: Node) -> None:
    kind = message.choice("type", _CHECKS.keys(), required=True)
    if kind is None:
        return
    _CHECKS[kind](message)
    _quick_reply(message)
    sender = message.child("sender")
    if sender is not None:
        sender.text("name", limits.SENDER_NAME, required=False)
        sender.media_url("iconUrl", required=False)


def _quick_reply(message: Node) -> None:
    quick_reply = message.child("quickReply")
    if quick_reply is None:
        return
    for item in quick_reply.children("items", 1, limits.QUICK_REPLIES):
        item.choice("type", {"action"}, required=True)
        item.media_url("imageUrl", required=False)
        action = item.child("action", required=True)
        if action is not None:
            check_action(action, quick_reply=True)


def _text(message: Node) -> None:
    message.text("text", limits.TEXT)
    message.text("quoteToken", 1_000, required=False)
    for emoji in message.children("emojis", 0, limits.EMOJIS_PER_TEXT):
        emoji.integer("index", 0, limits.TEXT)
        emoji.text("productId", 100)
        emoji.text("emojiId", 100)


def _text_v2(message: Node) -> None:
    message.text("text", limits.TEXT)
    message.text("quoteToken", 1_000, required=False)
    message.child("substitution")


def _sticker(message: Node) -> None:
    message.text("packageId", 100)
    message.text("stickerId", 100)
    message.text("quoteToken", 1_000, required=False)


def _image(message: Node) -> None:
    message.media_url("originalContentUrl")
    message.media_url("previewImageUrl")


def _video(message: Node) -> None:
    _image(message)
    message.text("trackingId", 100, required=False)


def _audio(message: Node) -> None:
    message.media_url("originalContentUrl")
    message.integer("duration", 1, 24 * 60 * 60 * 1_000)


def _location(message: Node) -> None:
    message.text("title", limits.LOCATION_TEXT)
    message.text("address", limits.LOCATION_TEXT)
    message.number("latitude", -90, 90)
    message.number("longitude", -180, 180)


def _imagemap(message: Node) -> None:
    message.media_url("baseUrl")
    message.text("altText", limits.ALT_TEXT)
    size = message.child("baseSize", required=True)
    if size is not None:
        size.integer("width", limits.IMAGEMAP_BASE_WIDTH, limits.IMAGEMAP_BASE_WIDTH)
        size.integer("height", 1, 100_000)
    for action in message.children("actions", 0, limits.IMAGEMAP_ACTIONS):
        _imagemap_action(action)


def _imagemap_action(action: Node) -> None:
    kind = action.choice("type", {"message", "uri", "clipboard"}, required=True)
    area = action.child("area", required=True)
    if area is not None:
        for key in ("x", "y"):
            area.integer(key, 0, 100_000)
        for key in ("width", "height"):
            area.integer(key, 1, 100_000)
    if kind == "message":
        action.text("text", limits.IMAGEMAP_TEXT)
    elif kind == "uri":
        action.text("linkUri", limits.ACTION_URI)
    elif kind == "clipboard":
        action.text("clipboardText", limits.CLIPBOARD_TEXT)


def _template(message: Node) -> None:
    message.text("altText", limits.ALT_TEXT)
    template = message.child("template", required=True)
    if template is not None:
        check_template(template)


def _flex(message: Node) -> None:
    message.text("altText", limits.ALT_TEXT_FLEX)
    contents = message.child("contents", required=True)
    if contents is not None:
        check_flex(contents)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
}
