"""Pictures that citizens of the demonstration send: drawn, so that they show no real place and nobody."""

import io
import random
from collections.abc import Callable
from math import cos, pi, sin

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

_SIZE = (1280, 960)
_SKY_ENDS = 400
_DARK = 200
"""Below this sum of its colours the sky is that of night."""
CONTENT_TYPE = "image/jpeg"

Pen = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def draw(name: str) -> bytes:
    """A JPEG of one of `SCENES`."""
    chance = random.Random(name)  # noqa: S311 (decoration)
    sky, ground, paint = SCENES[name]
    picture = _backdrop(sky, ground, chance)
    paint(ImageDraw.Draw(picture), chance)
    out = io.BytesIO()
    _as_photo(picture).save(out, "JPEG", quality=82)
    return out.getvalue()


def _backdrop(sky: Colour, ground: Colour, chance: random.Random) -> Image.Image:
    picture = Image.new("RGB", _SIZE, sky)
    pen = ImageDraw.Draw(picture)
    haze = (235, 238, 240) if sum(sky) > _DARK else _mixed(sky, (90, 90, 110), 0.4)
    for y in range(_SKY_ENDS):
        pen.line((0, y, _SIZE[0], y), fill=_mixed(sky, haze, y / _SKY_ENDS))
    x = -40
    while x < _SIZE[0]:
        width, top = chance.randint(120, 260), chance.randint(150, 300)
        wall = _mixed(
            sky, chance.choice([(180, 160, 140), (150, 150, 155), (196, 186, 170)]), 0.75 if sum(sky) > _DARK else 0.2
        )
        pen.rectangle((x, top, x + width, _SKY_ENDS + 10), fill=wall)
        _windows(pen, x, top, width, _mixed(wall, (60, 70, 90), 0.55))
        x += width + chance.randint(6, 50)
    for y in range(_SKY_ENDS, _SIZE[1]):
        shade = _mixed(ground, (30, 30, 30), 0.25 * (y - _SKY_ENDS) / (_SIZE[1] - _SKY_ENDS))
        pen.line((0, y, _SIZE[0], y), fill=shade)
    return picture.filter(ImageFilter.GaussianBlur(3))


def _windows(pen: Pen, x: int, top: int, width: int, colour: Colour) -> None:
    for left in range(x + 22, x + width - 40, 52):
        for upper in range(top + 26, _SKY_ENDS - 30, 62):
            pen.rectangle((left, upper, left + 26, upper + 34), fill=colour)


def _as_photo(picture: Image.Image) -> Image.Image:
    grain = Image.effect_noise(_SIZE, 13).convert("RGB")
    picture = ImageChops.overlay(picture.filter(ImageFilter.GaussianBlur(1)), grain)
    return ImageEnhance.Color(picture).enhance(0.85)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _blob(pen: Pen, chance: random.Random, *, at: tuple[int, int], size: tuple[int, int], fill: Colour) -> None:
    points = []
    for step in range(28):
        reach = 0.8 + chance.random() * 0.25
        angle = 2 * pi * step / 28
        points.append((at[0] + size[0] * reach * cos(angle), at[1] + size[1] * reach * sin(angle)))
    pen.polygon(points, fill=fill)


def _pothole(pen: Pen, chance: random.Random) -> None:
    pen.polygon([(0, 960), (0, 760), (520, 400), (600, 400), (420, 960)], fill=(172, 166, 158))
    for edge in range(9):
        start = 400 + edge * edge * 7
        pen.line((560 - edge * 62, start, 640 - edge * 34, start), fill=(140, 134, 128), width=4)
    pen.polygon([(980, 960), (1060, 960), (700, 400), (690, 400)], fill=(226, 226, 220))
    _blob(pen, chance, at=(610, 730), size=(230, 92), fill=(92, 88, 84))
    _blob(pen, chance, at=(612, 738), size=(196, 70), fill=(52, 46, 42))
    _blob(pen, chance, at=(640, 750), size=(120, 34), fill=(86, 96, 104))
    for _ in range(60):
        x, y = chance.randint(340, 900), chance.randint(640, 850)
        pen.ellipse((x, y, x + chance.randint(4, 15), y + chance.randint(3, 10)), fill=(70, 66, 62))


def _swing(pen: Pen, chance: random.Random) -> None:
    for x in (300, 980):
        pen.line((x - 90, 860, x, 250), fill=(70, 96, 140), width=20)
        pen.line((x + 90, 860, x, 250), fill=(70, 96, 140), width=20)
    pen.line((290, 252, 990, 252), fill=(70, 96, 140), width=24)
    for left, broken in ((440, False), (720, True)):
        pen.line((left, 256, left - 6, 690), fill=(90, 90, 92), width=7)
        pen.line((left + 130, 256, left + 136, 650 if broken else 690), fill=(90, 90, 92), width=7)
        seat = [(left - 20, 690), (left + 150, 690), (left + 150, 716), (left - 20, 716)]
        if broken:
            seat = [(left - 20, 690), (left + 64, 712), (left + 50, 748), (left - 26, 716)]
            pen.polygon([(left + 90, 676), (left + 150, 646), (left + 158, 672), (left + 104, 704)], fill=(134, 92, 54))
        pen.polygon(seat, fill=(134, 92, 54))
    _blob(pen, chance, at=(640, 850), size=(330, 50), fill=(150, 126, 92))


def _rubbish(pen: Pen, chance: random.Random) -> None:
    pen.rectangle((120, 330, 1160, 660), fill=(150, 152, 150))
    for y in range(330, 660, 55):
        pen.line((120, y, 1160, y), fill=(128, 130, 128), width=3)
    pen.rectangle((240, 430, 420, 800), fill=(222, 224, 226))
    pen.line((240, 560, 420, 560), fill=(150, 152, 156), width=6)
    pen.rectangle((400, 470, 416, 540), fill=(120, 122, 126))
    pen.polygon([(760, 640), (1130, 560), (1180, 760), (800, 840)], fill=(176, 132, 138))
    pen.line((770, 690, 1150, 610), fill=(214, 190, 190), width=18)
    for _ in range(13):
        at = (chance.randint(380, 900), chance.randint(690, 850))
        tint = chance.choice([(232, 234, 228), (208, 214, 222), (240, 224, 150), (60, 62, 66)])
        width, height = chance.randint(60, 105), chance.randint(50, 85)
        _blob(pen, chance, at=at, size=(width + 5, height + 5), fill=_mixed(tint, (60, 60, 70), 0.5))
        _blob(pen, chance, at=at, size=(width, height), fill=tint)
        pen.polygon([(at[0] - 14, at[1] - 60), (at[0] + 14, at[1] - 60), (at[0], at[1] - 30)], fill=tint)


def _flood(pen: Pen, chance: random.Random) -> None:
    pen.rectangle((0, 120, 1280, 400), fill=(120, 122, 124))
    pen.rectangle((140, 220, 1140, 640), fill=(48, 50, 54))
    pen.polygon([(0, 960), (0, 640), (140, 520), (1140, 520), (1280, 640), (1280, 960)], fill=(112, 98, 76))
    for _ in range(120):
        x, y = chance.randint(-40, 1240), chance.randint(530, 950)
        pen.line((x, y, x + chance.randint(30, 150), y), fill=(146, 134, 112), width=chance.randint(2, 5))
    pen.polygon([(500, 600), (540, 500), (730, 500), (780, 600)], fill=(70, 90, 100))
    pen.rectangle((450, 592, 830, 690), fill=(226, 228, 230))
    pen.rectangle((440, 664, 850, 716), fill=(112, 98, 76))
    pen.ellipse((470, 612, 520, 646), fill=(250, 232, 160))
    pen.rectangle((880, 150, 1110, 210), fill=(240, 200, 60))
    for x in range(880, 1110, 46):
        pen.polygon([(x, 210), (x + 22, 210), (x + 44, 150), (x + 22, 150)], fill=(40, 40, 40))


def _branch(pen: Pen, chance: random.Random) -> None:
    pen.polygon([(0, 960), (0, 720), (640, 400), (780, 400), (760, 960)], fill=(186, 176, 164))
    pen.polygon([(250, 900), (330, 900), (350, 60), (290, 60)], fill=(92, 70, 52))
    for _ in range(90):
        at = (chance.randint(20, 660), chance.randint(-20, 300))
        tint = chance.choice([(196, 160, 52), (172, 140, 44), (120, 130, 56)])
        _blob(pen, chance, at=at, size=(60, 44), fill=tint)
    pen.line([(330, 300), (520, 400), (650, 620)], fill=(110, 82, 58), width=26, joint="curve")
    pen.line([(520, 400), (700, 470)], fill=(110, 82, 58), width=14)
    for _ in range(45):
        at = (chance.randint(560, 760), chance.randint(440, 740))
        tint = chance.choice([(196, 160, 52), (150, 120, 44), (126, 96, 40)])
        _blob(pen, chance, at=at, size=(36, 26), fill=tint)
    for _ in range(120):
        x, y = chance.randint(0, 900), chance.randint(740, 950)
        pen.ellipse((x, y, x + 20, y + 10), fill=(190, 156, 60))


def _lamp(pen: Pen, chance: random.Random) -> None:
    pen.polygon([(360, 960), (600, 400), (680, 400), (1000, 960)], fill=(44, 46, 54))
    pen.rectangle((330, 110, 350, 900), fill=(84, 88, 96))
    pen.line([(340, 120), (420, 84), (520, 92)], fill=(84, 88, 96), width=14, joint="curve")
    pen.ellipse((470, 84, 570, 122), fill=(58, 62, 70))
    for reach in range(90, 0, -6):
        tint = _mixed((250, 226, 150), (34, 38, 52), reach / 95)
        pen.ellipse((1010 - reach, 330 - reach, 1010 + reach, 330 + reach), fill=tint)
    pen.rectangle((1004, 330, 1016, 560), fill=(70, 74, 82))
    for _ in range(26):
        x, y = chance.randint(0, 300), chance.randint(420, 900)
        _blob(pen, chance, at=(x, y), size=(60, 50), fill=(26, 34, 30))


Scene = tuple[Colour, Colour, Callable[[Pen, random.Random], None]]

SCENES: dict[str, Scene] = {
    "pothole": ((176, 200, 222), (98, 98, 100), _pothole),
    "swing": ((186, 210, 226), (188, 166, 126), _swing),
    "rubbish": ((188, 194, 198), (134, 132, 128), _rubbish),
    "flood": ((130, 138, 146), (100, 96, 88), _flood),
    "branch": ((196, 206, 214), (120, 118, 114), _branch),
    "lamp": ((24, 28, 44), (34, 36, 42), _lamp),
}
"""Colours of sky and ground, and what is drawn on them."""
