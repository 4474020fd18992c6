import os
import signal
import threading

import pytest

from app.stopping import on_stop_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_told_even_while_the_main_thread_holds_the_lock_it_needs(number: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    lock, stopped, heard = threading.Lock(), threading.Event(), []

    def stop(told: signal.Signals) -> None:
        with lock:
            heard.append(told)
        stopped.set()

    on_stop_signals(stop)
    try:
        with lock:
            os.kill(os.getpid(), number)
            assert not stopped.wait(0.1)
        assert stopped.wait(10)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert heard == [number]
