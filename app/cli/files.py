"""Files that commands write."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click


@contextlib.contextmanager
def output_file(target: str) -> Iterator[BinaryIO]:
    """Standard output, or a file that only appears under its name when it is complete."""
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    partial = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise click.ClickException(f"{target}: the file cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)
