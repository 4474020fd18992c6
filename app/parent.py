"""Processes that end with the one that started them, even when that one is killed and cannot say so.

Without it a killed server leaves its children answering on the port, with old settings, beside the new ones.
"""

import contextlib
import ctypes
import os
import signal
import sys

SUPERVISED = "SUPERVISED_MACHIKOE"
"""Environment variable that tells a process it belongs to a supervisor."""

_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent ends. Linux only; elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        # It ended in between, before the kernel was asked.
        os.kill(os.getpid(), number)
