"""The rich menu: six areas below the talk, drawn in Japanese with a font of the machine. None is shipped."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from bot import menu_icons
from bot.limits import CHAT_BAR_UNITS, RICH_MENU_BYTES, RICH_MENU_NAME_UNITS, fitted
from bot.texts import lines

WIDTH: Final = 2500
HEIGHT: Final = 1686

_FONTS: Final = (
    "fonts-morisawa-bizud-gothic:/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Bold.ttf",
    "fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "fonts-ipaexfont-gothic:/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "fonts-ipafont-gothic:/usr/share/fonts/opentype/ipafont-gothic/ipagp.ttf",
    "fonts-vlgothic:/usr/share/fonts/truetype/vlgothic/VL-PGothic-Regular.ttf",
    "fonts-takao-gothic:/usr/share/fonts/truetype/takao-gothic/TakaoPGothic.ttf",
    "macOS:/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
    "Windows:C:/Windows/Fonts/meiryob.ttc",
)
_COLUMNS: Final = (0, 833, 1667, WIDTH)
_ROWS: Final = (0, 843, HEIGHT)

_PAPER: Final = "#F4F7FA"
_TILE: Final = "#FFFFFF"
_MAIN_TILE: Final = "#0B5FA5"
_URGENT_TILE: Final = "#FFF4F2"
_INK: Final = "#14304A"
_URGENT_INK: Final = "#A3190B"
_LINE: Final = "#C9D6E2"
_GAP: Final = 18
_ROUND: Final = 48
_FONT_SIZE: Final = 98
_LEAST_FONT_SIZE: Final = 48

Icon = Callable[[ImageDraw.ImageDraw, int, int, str, str], None]

_ITEMS: Final[tuple[tuple[str, Icon, str, str], ...]] = (
    ("write", menu_icons.bubble, _MAIN_TILE, "#FFFFFF"),
    ("status", menu_icons.list_with_marks, _TILE, _INK),
    ("photo", menu_icons.camera, _TILE, _INK),
    ("profile", menu_icons.person, _TILE, _INK),
    ("privacy", menu_icons.padlock, _TILE, _INK),
    ("contact", menu_icons.telephone, _URGENT_TILE, _URGENT_INK),
)
"""Verb of the button, icon, colour of the tile, colour of the ink."""


class FontMissing(Exception):
    """No Japanese font is installed; the message names what to install."""


def find_font(candidates: tuple[str, ...] = _FONTS) -> Path:
    """The first installed font of a short list. FontMissing names the Debian package when there is none."""
    for candidate in candidates:
        path = Path(candidate.split(":", 1)[1])
        if path.is_file():
            return path
    raise FontMissing(
        "No Japanese font was found to draw the rich menu with. On Debian: apt-get install fonts-morisawa-bizud-gothic"
    )


def rich_menu_definition() -> dict[str, Any]:
    """What LINE's «create rich menu» takes."""
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": fitted(lines(("richmenu.name",)), RICH_MENU_NAME_UNITS),
        "chatBarText": fitted(lines(("richmenu.bar",)), CHAT_BAR_UNITS),
        "areas": [_area(position, verb) for position, (verb, *_) in enumerate(_ITEMS)],
    }


def _area(position: int, verb: str) -> dict[str, Any]:
    left, top, right, bottom = _box(position)
    label = lines((f"richmenu.{verb}",))
    action = {"type": "postback", "label": label, "data": f"v1:{verb}", "displayText": label}
    if verb == "write":
        action["inputOption"] = "openKeyboard"
    return {"bounds": {"x": left, "y": top, "width": right - left, "height": bottom - top}, "action": action}


def _box(position: int) -> tuple[int, int, int, int]:
    row, column = divmod(position, len(_COLUMNS) - 1)
    return _COLUMNS[column], _ROWS[row], _COLUMNS[column + 1], _ROWS[row + 1]


def draw_rich_menu(font_path: Path | None = None) -> bytes:
    """The menu's picture as PNG of at most 1 MB. FontMissing when the machine has no Japanese font."""
    path = font_path or find_font()
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    for position, (verb, icon, tile, ink) in enumerate(_ITEMS):
        _draw_tile(draw, _box(position), icon=icon, tile=tile, ink=ink)
        _draw_label(draw, _box(position), lines((f"richmenu.{verb}",)), path=path, ink=ink)
    content = io.BytesIO()
    image.quantize(128).save(content, "PNG", optimize=True)
    if content.tell() > RICH_MENU_BYTES:
        raise ValueError("the rich menu's picture is larger than LINE takes")
    return content.getvalue()


def _draw_tile(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], *, icon: Icon, tile: str, ink: str) -> None:
    left, top, right, bottom = box
    inside = (left + _GAP, top + _GAP, right - _GAP, bottom - _GAP)
    draw.rounded_rectangle(inside, radius=_ROUND, fill=tile, outline=_LINE, width=4)
    icon(draw, (left + right) // 2, top + (bottom - top) * 38 // 100, ink, tile)


def _draw_label(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], label: str, *, path: Path, ink: str) -> None:
    left, top, right, bottom = box
    font = _fitting_font(draw, label, path, room=right - left - 6 * _GAP)
    draw.text(((left + right) // 2, top + (bottom - top) * 76 // 100), label, font=font, fill=ink, anchor="mm")


def _fitting_font(draw: ImageDraw.ImageDraw, label: str, path: Path, *, room: int) -> ImageFont.FreeTypeFont:
    for size in range(_FONT_SIZE, _LEAST_FONT_SIZE, -4):
        font = ImageFont.truetype(str(path), size)
        if draw.textlength(label, font=font) <= room:
            return font
    return ImageFont.truetype(str(path), _LEAST_FONT_SIZE)
