"""What was not read of a list that staff paste or upload: each faulty line by itself, never the whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that cannot be used: its number from 1, what it says, and why not."""

    line: int
    text: str
    why: str
