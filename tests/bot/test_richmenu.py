import io
from pathlib import Path

import pytest
from PIL import Image

from bot.conversation.machine import VERBS
from bot.limits import LABEL_UNITS, RICH_MENU_BYTES, units
from bot.richmenu import HEIGHT, WIDTH, FontMissing, draw_rich_menu, find_font, rich_menu_definition
from tests.needs import missing


def test_the_areas_cover_the_picture_without_gaps() -> None:
    menu = rich_menu_definition()
    bounds = [area["bounds"] for area in menu["areas"]]
    assert len(bounds) == 6
    assert sum(one["width"] * one["height"] for one in bounds) == WIDTH * HEIGHT
    assert max(one["x"] + one["width"] for one in bounds) == WIDTH
    assert max(one["y"] + one["height"] for one in bounds) == HEIGHT
    assert units(menu["chatBarText"]) <= 14


def test_every_area_says_something_the_conversation_knows() -> None:
    for area in rich_menu_definition()["areas"]:
        version, verb = area["action"]["data"].split(":")
        assert version == "v1"
        assert verb in VERBS
        assert units(area["action"]["label"]) <= LABEL_UNITS


def test_the_picture_is_what_line_takes() -> None:
    try:
        find_font()
    except FontMissing as error:
        missing(str(error))
    content = draw_rich_menu()
    assert len(content) <= RICH_MENU_BYTES
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    assert len(image.getcolors(256) or []) > 10


def test_without_a_font_the_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="fonts-morisawa-bizud-gothic"):
        find_font((f"none:{tmp_path / 'none.ttf'}",))
