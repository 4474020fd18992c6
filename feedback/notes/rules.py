"""Pure decisions about notes: whom a text mentions, and which files may be attached."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes."""
FILE_NAMES = "PDF、画像（JPEG・PNG・GIF・WebP）、Word・Excel・PowerPoint（.docx・.xlsx・.pptx）"
_OFFICE = {
    "docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
_SIGNATURES = {
    "pdf": (re.compile(rb"%PDF-"), "application/pdf"),
    "png": (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    "jpg": (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    "jpeg": (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    "gif": (re.compile(rb"GIF8[79]a"), "image/gif"),
    "webp": (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
}


def mentioned(text: str, names: Mapping[int, str]) -> list[int]:
    """Ids of whom a text calls with @name, in order; the longest name that fits counts, spaces and width do not."""
    found: dict[int, None] = {}
    folded = _fold(text)
    by_length = sorted(names.items(), key=lambda one: -len(_fold(one[1])))
    for start in (at + 1 for at, letter in enumerate(folded) if letter == "@"):
        called = _fold(next((name for _, name in by_length if folded.startswith(_fold(name), start)), ""))
        if called:
            found.update((key, None) for key, name in names.items() if _fold(name) == called)
    return list(found)


def file_type(file_name: str, content: bytes) -> str | None:
    """The content type of a file that may be attached: its content says the same as its name; None for any other."""
    ending = file_name.rpartition(".")[2].lower()
    if ending in _SIGNATURES:
        signature, content_type = _SIGNATURES[ending]
        return content_type if signature.match(content) else None
    if ending in _OFFICE:
        folder, content_type = _OFFICE[ending]
        return content_type if _is_office(content, folder) else None
    return None


def safe_name(file_name: str) -> str:
    """A file's name without folders and what cannot be printed, at most 200 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name))[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-200:]


def _is_office(content: bytes, folder: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in inside)
    return "[Content_Types].xml" in inside and any(name.startswith(folder) for name in inside) and not macros


def _fold(words: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).casefold()
