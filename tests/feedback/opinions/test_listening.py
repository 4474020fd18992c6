"""The listeners are there for whoever imports any part of the opinions, not only for who imports all tables."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bot.handling", "feedback.opinions.intake", "feedback.opinions.service"])
def test_listeners_come_with_the_first_import(module: str) -> None:
    check = (
        f"import sys, {module}\n"
        "wanted = {f'feedback.opinions.{name}' for name in ('bulk', 'joining', 'search')}\n"
        "sys.exit(not wanted <= set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
