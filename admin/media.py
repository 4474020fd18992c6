"""Photos and files of citizens, only to staff who may see the matter, never interpreted by the browser as a page."""

import io
import warnings

from flask import Blueprint, Response, abort
from PIL import Image, ImageOps, UnidentifiedImageError

from admin.access import allow
from admin.context import actor, db, note_view, services
from feedback.opinions import details
from feedback.staff.rules import Permission

blueprint = Blueprint("media", __name__, url_prefix="/matters/<int:matter_id>/files")

_SHOWN = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "video/mp4",
        "audio/mp4",
        "audio/mpeg",
        "audio/x-m4a",
        "audio/aac",
    }
)
"""Types that are shown in place; everything else is offered for download as plain bytes."""
_THUMBNAIL = 480
_MOST_PIXELS = 60_000_000
_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
)


@blueprint.get("/<int:file_id>")
@allow(Permission.VIEW_MATTERS)
def show(matter_id: int, file_id: int) -> Response:
    """The file itself."""
    file, content = _content(matter_id, file_id)
    note_view(action="matter.file_viewed", subject_type="matter", subject_id=matter_id, detail={"file": file_id})
    response = _answer(content, file.content_type if file.content_type in _SHOWN else None)
    if file.content_type not in _SHOWN:
        # A citizen names the file; a line break in it would be a header of their own.
        name = "".join(letter for letter in file.file_name or "" if letter.isprintable())
        response.headers.set("Content-Disposition", "attachment", filename=name or f"file-{file_id}")
    return response


@blueprint.get("/<int:file_id>/thumbnail")
@allow(Permission.VIEW_MATTERS)
def thumbnail(matter_id: int, file_id: int) -> Response:
    """A small JPEG of a photo, without its metadata. 404 when the file is no photo that can be read."""
    _, content = _content(matter_id, file_id)
    small = _thumbnail(content)
    if small is None:
        abort(404)
    response = _answer(small, "image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _content(matter_id: int, file_id: int) -> tuple[details.FileView, bytes]:
    file, key = details.file_of(db(), matter_id, file_id, actor=actor())
    store = services().media
    content = store.get(key) if store is not None else None
    if content is None:
        abort(404)
    return file, content


def _answer(content: bytes, content_type: str | None) -> Response:
    response = Response(content, content_type=content_type or "application/octet-stream")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _thumbnail(content: bytes) -> bytes | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    return None
                opened.draft("RGB", (_THUMBNAIL * 2, _THUMBNAIL * 2))
                small = ImageOps.exif_transpose(opened)
                small.thumbnail((_THUMBNAIL, _THUMBNAIL))
                buffer = io.BytesIO()
                small.convert("RGB").save(buffer, "JPEG", quality=80)
                return buffer.getvalue()
    except _UNREADABLE:
        return None
