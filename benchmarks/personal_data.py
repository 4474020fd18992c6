"""How well personal data is found: exact-span F1 on messages written without knowledge of the rules.

``python -m benchmarks.personal_data [--half tuning|held_out] [--wrong]``. A span counts only when its beginning, its
end and its type are all right. The rules were improved on the half ``tuning``; the other half is the honest figure.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.personal_data import TYPES, find_personal_data

MESSAGES = Path("tests/classifier/personal_data.jsonl")
_SAMPLES = 1000

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A text, the spans a person marked in it, and those the rules found."""

    text: str
    gold: frozenset[Span]
    found: frozenset[Span]


def read(half: str, path: Path = MESSAGES) -> list[Message]:
    """The messages of one half, with what the rules find in them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Message(
            row["text"],
            frozenset((span["start"], span["end"], span["type"]) for span in row["spans"]),
            frozenset((span.start, span.end, span.type) for span in find_personal_data(row["text"])),
        )
        for row in rows
        if row["half"] == half
    ]


def f1(messages: Iterable[Message], kind: str = "") -> tuple[float, float, float, int]:
    """Precision, recall, F1 of exact spans and how many were marked; of one type, or of all."""
    counts: Counter[str] = Counter()
    for message in messages:
        gold = {span for span in message.gold if kind in {"", span[2]}}
        found = {span for span in message.found if kind in {"", span[2]}}
        counts.update(right=len(gold & found), gold=len(gold), found=len(found))
    right, gold_count, found_count = counts["right"], counts["gold"], counts["found"]
    return (
        right / found_count if found_count else 1.0,
        right / gold_count if gold_count else 1.0,
        2 * right / (gold_count + found_count) if gold_count + found_count else 1.0,
        gold_count,
    )


def interval(messages: Sequence[Message]) -> tuple[float, float]:
    """The middle 95 % of F1 over bootstrap samples of messages."""
    chance = random.Random(0)
    values = sorted(f1(chance.choices(messages, k=len(messages)))[2] for _ in range(_SAMPLES))
    return values[_SAMPLES * 25 // 1000], values[_SAMPLES * 975 // 1000]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tuning", "held_out"), default="held_out")
    parser.add_argument("--wrong", action="store_true", help="print the messages that were marked wrongly")
    arguments = parser.parse_args()
    messages = read(arguments.half)
    low, high = interval(messages)
    precision, recall, value, count = f1(messages)
    print(f"{arguments.half}: {len(messages)} messages, {count} spans")
    print(f"all            F1 {value:.3f} ({low:.3f}-{high:.3f})  precision {precision:.3f}  recall {recall:.3f}")
    for kind in TYPES:
        precision, recall, value, count = f1(messages, kind)
        print(f"{kind:14} F1 {value:.3f}  precision {precision:.3f}  recall {recall:.3f}  n {count}")
    clean = [message for message in messages if not message.gold]
    print(f"without personal data: {len(clean)}, left alone {sum(not message.found for message in clean)}")
    if arguments.wrong:
        for message in messages:
            if message.gold != message.found:
                print(repr(message.text))
                print("   missed", [(message.text[s:e], t) for s, e, t in sorted(message.gold - message.found)])
                print("   extra ", [(message.text[s:e], t) for s, e, t in sorted(message.found - message.gold)])


if __name__ == "__main__":
    main()
