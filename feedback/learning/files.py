"""Where a city's models lie, and whether a file is the one that was kept."""

import hashlib
from pathlib import Path

from feedback.config import Settings
from feedback.errors import Invalid

_MODEL_FILE = "model.skops"


def folder(settings: Settings) -> Path:
    """The folder of all the city's models. Processes on several machines need to share it."""
    return settings.data_dir / "models"


def check(settings: Settings, *, version: str, sha256: str) -> Path:
    """The folder of a version. Invalid when its file is missing, or is not the one that was kept."""
    path = folder(settings) / version
    try:
        content = (path / _MODEL_FILE).read_bytes()
    except OSError:
        raise Invalid(f"モデル {version} のファイルを読めません（{path}）。") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Invalid(f"モデル {version} のファイルが、登録したときの内容と違います（{path}）。")
    return path
