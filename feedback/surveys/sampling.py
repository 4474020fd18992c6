"""Sampling error of simple random samples (標本誤差). Never for those who answered of their own accord. Pure."""

import math
from dataclasses import dataclass
from typing import Final

Z_95: Final = 1.96
SHARES: Final = (0.5, 0.4, 0.3, 0.2, 0.1)
"""Shares of the 早見表; each stands for its counterpart too (40 % and 60 %)."""


def sampling_error(share: float, n: int, population: int | None = None) -> float:
    """Half the width of the 95 % interval, as a fraction: ±1.96·√((N-n)/(N-1)·p(1-p)/n).

    ``population`` None: so large that it does not matter. ValueError for n below 1 or a share outside 0 to 1.
    """
    if n < 1 or not 0 <= share <= 1:
        raise ValueError("n must be at least 1, and the share between 0 and 1")
    if population is not None and population <= n:
        return 0.0
    finite = (population - n) / (population - 1) if population is not None else 1.0
    return Z_95 * math.sqrt(finite * share * (1 - share) / n)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A row of the 早見表: a base and the error, as a fraction, for each of `SHARES`."""

    n: int
    errors: tuple[float, ...]


def quick_table(n: int, population: int | None = None) -> list[ErrorRow]:
    """The 早見表: for the whole and for smaller bases that sub-groups have."""
    bases = [n, *(one for one in (2000, 1500, 1000, 800, 500, 300, 200, 100, 50) if one < n)]
    return [ErrorRow(one, tuple(sampling_error(share, one, population) for share in SHARES)) for one in bases]
