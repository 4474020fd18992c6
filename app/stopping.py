"""SIGTERM and SIGINT as a call in a thread of its own.

A Python signal handler runs between two steps of the main thread, perhaps while that holds the lock of a log or of
an event; taking the same lock in the handler would stop the process for good. So the handler only writes to a pipe.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


def on_stop_signals(call: Callable[[signal.Signals], None]) -> None:
    """Have ``call`` called with each SIGTERM or SIGINT. Only the main thread may ask for this."""
    reader, writer = os.pipe()

    def handler(number: int, _frame: FrameType | None) -> None:
        os.write(writer, bytes([number]))

    def listen() -> None:
        while number := os.read(reader, 1):
            call(signal.Signals(number[0]))

    threading.Thread(target=listen, name="signals", daemon=True).start()
    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)
