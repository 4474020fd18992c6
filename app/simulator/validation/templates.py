"""Template messages: buttons, confirm, carousel, image carousel."""

import re
from collections.abc import Callable

from app.simulator import limits
from app.simulator.validation.actions import check_action
from app.simulator.validation.checks import Node

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def check_template(template: Node) -> None:
    """Check the ``template`` of a template message."""
    kind = template.choice("type", _CHECKS.keys(), required=True)
    if kind is not None:
        _CHECKS[kind](template)


def _buttons(template: Node) -> None:
    _panel(template, limits.BUTTONS_TEXT, limits.BUTTONS_TEXT_WITH_TITLE_OR_IMAGE)
    _image_style(template)
    _actions(template, 1, limits.BUTTONS_ACTIONS)


def _confirm(template: Node) -> None:
    template.text("text", limits.CONFIRM_TEXT)
    _actions(template, limits.CONFIRM_ACTIONS, limits.CONFIRM_ACTIONS)


def _carousel(template: Node) -> None:
    _image_style(template)
    columns = template.children("columns", 1, limits.CAROUSEL_COLUMNS)
    for column in columns:
        _panel(column, limits.CAROUSEL_TEXT, limits.CAROUSEL_TEXT_WITH_TITLE_OR_IMAGE)
        _actions(column, 1, limits.CAROUSEL_ACTIONS)
    for key in ("title", "thumbnailImageUrl"):
        if len({key in column.value for column in columns}) > 1:
            template.wrong("columns", f"{key} must be in all columns or in none")
    if len({len(column.value.get("actions") or ()) for column in columns}) > 1:
        template.wrong("columns", "the number of actions must be the same in all columns")


def _image_carousel(template: Node) -> None:
    for column in template.children("columns", 1, limits.CAROUSEL_COLUMNS):
        column.media_url("imageUrl")
        action = column.child("action", required=True)
        if action is not None:
            check_action(action, label_limit=limits.ACTION_LABEL_IMAGE_CAROUSEL, label_required=False)


def _panel(panel: Node, plain: int, with_title_or_image: int) -> None:
    panel.media_url("thumbnailImageUrl", required=False)
    panel.pattern("imageBackgroundColor", _COLOUR, "must be a colour such as #FFFFFF")
    panel.text("title", limits.TEMPLATE_TITLE, required=False)
    decorated = "title" in panel.value or "thumbnailImageUrl" in panel.value
    panel.text("text", with_title_or_image if decorated else plain)
    default = panel.child("defaultAction")
    if default is not None:
        check_action(default, label_required=False)


def _image_style(template: Node) -> None:
    template.choice("imageAspectRatio", {"rectangle", "square"})
    template.choice("imageSize", {"cover", "contain"})


def _actions(parent: Node, low: int, high: int) -> None:
    for action in parent.children("actions", low, high):
        check_action(action)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
