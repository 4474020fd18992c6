"""Uploaded tables wait in the data folder until they are imported; nothing of them is in the database or in URLs."""

import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from feedback.config import Settings
from feedback.errors import NotFound

_KEY = re.compile(r"[0-9a-f]{32}")
_KEPT = timedelta(days=7)
_CHUNK = 1 << 20


def folder(settings: Settings) -> Path:
    """Where uploads lie, readable by the service alone."""
    path = settings.data_dir / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def keep(settings: Settings, stream: IO[bytes]) -> str:
    """Keep an upload. Returns the key it is found by."""
    key = secrets.token_hex(16)
    descriptor = os.open(folder(settings) / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(_CHUNK):
            file.write(chunk)
    return key


def path_of(settings: Settings, key: str) -> Path:
    """The file of a key. NotFound when there is none any more."""
    path = folder(settings) / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound("ファイルが見つかりません。もう一度アップロードしてください。")
    return path


def rejects_path(settings: Settings, key: str) -> Path:
    """Where the rows that were not taken are written. NotFound when the key is none."""
    if not _KEY.fullmatch(key):
        raise NotFound("ファイルが見つかりません。")
    return folder(settings) / f"{key}.rejects.csv"


def sweep(settings: Settings, *, now: datetime) -> int:
    """Delete files older than a week. Returns how many."""
    old = [path for path in folder(settings).iterdir() if path.stat().st_mtime < (now - _KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
