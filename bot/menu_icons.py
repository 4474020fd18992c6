"""The rich menu's icons, drawn from plain shapes around a centre, about 320 pixels high."""

from PIL import ImageDraw

_STROKE = 26


def bubble(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A speech bubble with lines: write to us."""
    draw.rounded_rectangle((x - 180, y - 150, x + 180, y + 90), radius=60, fill=ink)
    draw.polygon([(x - 90, y + 80), (x - 90, y + 165), (x, y + 80)], fill=ink)
    for offset, half in ((-80, 115), (-30, 115), (20, 60)):
        draw.rounded_rectangle((x - 115, y + offset - 11, x - 115 + 2 * half, y + offset + 11), radius=11, fill=paper)


def list_with_marks(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A sheet with ticked lines: how things stand."""
    draw.rounded_rectangle((x - 135, y - 160, x + 135, y + 160), radius=36, outline=ink, width=_STROKE)
    draw.rounded_rectangle((x - 60, y - 190, x + 60, y - 120), radius=24, fill=ink)
    for offset in (-60, 15, 90):
        draw.line([(x - 90, y + offset), (x - 70, y + offset + 22), (x - 38, y + offset - 22)], fill=ink, width=18)
        draw.rounded_rectangle((x - 10, y + offset - 10, x + 90, y + offset + 10), radius=10, fill=ink)
    del paper


def camera(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A camera: tell by photo."""
    draw.rounded_rectangle((x - 70, y - 150, x + 70, y - 70), radius=28, fill=ink)
    draw.rounded_rectangle((x - 190, y - 105, x + 190, y + 150), radius=52, fill=ink)
    draw.ellipse((x - 98, y - 70, x + 98, y + 126), fill=paper)
    draw.ellipse((x - 62, y - 34, x + 62, y + 90), fill=ink)
    draw.ellipse((x + 122, y - 72, x + 156, y - 38), fill=paper)


def person(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A person: the profile."""
    draw.ellipse((x - 82, y - 165, x + 82, y - 1), fill=ink)
    draw.pieslice((x - 165, y + 20, x + 165, y + 330), 180, 360, fill=ink)
    draw.rounded_rectangle((x - 165, y + 150, x + 165, y + 176), radius=13, fill=ink)
    del paper


def padlock(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A padlock: personal data."""
    draw.arc((x - 98, y - 175, x + 98, y + 45), 180, 360, fill=ink, width=34)
    draw.rectangle((x - 98, y - 68, x - 65, y), fill=ink)
    draw.rectangle((x + 65, y - 68, x + 98, y), fill=ink)
    draw.rounded_rectangle((x - 150, y - 35, x + 150, y + 165), radius=40, fill=ink)
    draw.ellipse((x - 32, y + 15, x + 32, y + 79), fill=paper)
    draw.rounded_rectangle((x - 13, y + 50, x + 13, y + 125), radius=13, fill=paper)


def telephone(draw: ImageDraw.ImageDraw, x: int, y: int, ink: str, paper: str) -> None:
    """A telephone: emergencies and other ways to reach the city."""
    draw.rounded_rectangle((x - 120, y - 175, x + 120, y + 175), radius=48, fill=ink)
    draw.rounded_rectangle((x - 92, y - 128, x + 92, y + 96), radius=16, fill=paper)
    draw.rounded_rectangle((x - 17, y - 92, x + 17, y + 22), radius=17, fill=ink)
    draw.ellipse((x - 21, y + 40, x + 21, y + 82), fill=ink)
    draw.rounded_rectangle((x - 40, y + 126, x + 40, y + 146), radius=10, fill=paper)
