"""`python -m app` is the `machikoe` command."""

import os

from app.cli import main
from app.parent import SUPERVISED, end_with_parent

if os.environ.pop(SUPERVISED, None):
    end_with_parent()
main()
