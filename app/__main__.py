"""`python -m app` is the `machikoe` command."""

from app.cli import main

main()
