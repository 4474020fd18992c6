import threading

import pytest

from bot.turns import Turns


def test_turns_come_in_the_order_of_asking() -> None:
    turns, came = Turns(), list[int]()

    def take(number: int) -> None:
        with turns:
            came.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(20)]
    with turns:
        for number, thread in enumerate(threads):
            thread.start()
            while len(turns._waiting) <= number:
                threading.Event().wait(0.001)
        assert came == []
    for thread in threads:
        thread.join(5)
    assert came == list(range(20))


def test_work_that_fails_gives_its_turn_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="spoilt"), turns:
        raise ValueError("spoilt")
    with turns:
        pass
