"""What tests use beside Python. Missing: the test skips with the reason; in CI (CI=true) it fails."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """End the test, because something is not on this machine."""
    if os.environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(f"in CI nothing may be missing: {reason}", pytrace=False)
    pytest.skip(reason)


def chromium() -> str:
    """Where Chromium is."""
    return shutil.which("chromium") or missing("Chromium is not installed; scripts/system-packages.sh installs it")
