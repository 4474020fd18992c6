"""Rich menus: sizes, areas, chat-bar text, aliases and images."""

import io

from app.simulator import limits
from app.simulator.validation.actions import check_action
from app.simulator.validation.checks import Node, Problem
from app.simulator.wire import Json


def check_rich_menu(body: Json) -> list[Problem]:
    """Check a rich menu to be created."""
    problems: list[Problem] = []
    root = Node(body, "", problems)
    root.text("name", limits.RICH_MENU_NAME)
    root.text("chatBarText", limits.RICH_MENU_CHAT_BAR)
    if not isinstance(body.get("selected"), bool):
        root.wrong("selected", "must be a boolean")
    size = _size(root)
    for area in root.children("areas", 0, limits.RICH_MENU_AREAS):
        _area(area, size)
    return problems


def check_alias(body: Json, *, creating: bool) -> list[Problem]:
    """Check a rich-menu alias to be created or changed."""
    problems: list[Problem] = []
    root = Node(body, "", problems)
    if creating:
        root.text("richMenuAliasId", limits.RICH_MENU_ALIAS)
    root.text("richMenuId", 100)
    return problems


def check_image(content: bytes, menu: Json) -> str | None:
    """Check an image against its menu; the answer is what is wrong, or None."""
    from PIL import Image, UnidentifiedImageError

    if len(content) > limits.RICH_MENU_IMAGE_BYTES:
        return "The image file is too large (maximum 1 MB)"
    try:
        with Image.open(io.BytesIO(content)) as image:
            kind, size = image.format, image.size
    except (UnidentifiedImageError, OSError, ValueError):
        return "The image could not be read"
    if kind not in {"JPEG", "PNG"}:
        return "The image format must be JPEG or PNG"
    if size != (menu["size"]["width"], menu["size"]["height"]):
        return "The image size does not match the rich menu size"
    return None


def _size(root: Node) -> tuple[int, int] | None:
    node = root.child("size", required=True)
    if node is None:
        return None
    low, high = limits.RICH_MENU_WIDTH
    width = node.integer("width", low, high)
    height = node.integer("height", limits.RICH_MENU_HEIGHT_MINIMUM, high)
    if width is None or height is None:
        return None
    if width / height < limits.RICH_MENU_ASPECT_MINIMUM:
        node.wrong("", f"the aspect ratio (width / height) must be at least {limits.RICH_MENU_ASPECT_MINIMUM}")
    return width, height


def _area(area: Node, size: tuple[int, int] | None) -> None:
    action = area.child("action", required=True)
    if action is not None:
        check_action(action, label_required=False)
    bounds = area.child("bounds", required=True)
    if bounds is None or size is None:
        return
    width, height = size
    x, y = bounds.integer("x", 0, width), bounds.integer("y", 0, height)
    wide, high = bounds.integer("width", 1, width), bounds.integer("height", 1, height)
    if None not in (x, wide) and (x or 0) + (wide or 0) > width:
        bounds.wrong("width", "the area goes beyond the rich menu")
    if None not in (y, high) and (y or 0) + (high or 0) > height:
        bounds.wrong("height", "the area goes beyond the rich menu")
