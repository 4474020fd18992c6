"""Pure decisions about texts that are nearly the same: shingles, band keys, overlap. The same everywhere, always."""

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

from feedback.opinions.search import fold

SHINGLE = 3
SHORTEST = 12
"""Letters a text needs to be compared: 「ありがとうございます」 from two people is no campaign."""
SAME = 0.7
"""Share of common shingles (Jaccard) from which two texts count as the same."""
BANDS, ROWS = 10, 3
"""Pairs at the limit of `SAME` meet under at least one key in 98 of 100 cases, equal texts always."""
NEAR = 0.35
"""Closeness in meaning (cosine) below which nothing is called similar."""

_PRIME = (1 << 61) - 1
_LONGEST = 4000
_chance = random.Random(20_261_122)  # noqa: S311 (fixed, so that every process makes the same keys)
_FUNCTIONS = [(_chance.randrange(1, _PRIME), _chance.randrange(_PRIME)) for _ in range(BANDS * ROWS)]


def letters(text: str) -> str:
    """The letters and digits of a text in one spelling; marks, spaces and pictures do not make a text another."""
    return "".join(one for one in fold(text[:_LONGEST]) if one.isalnum())


def shingles(text: str) -> frozenset[str]:
    """All runs of `SHINGLE` letters; empty when the text is too short to be compared."""
    plain = letters(text)
    if len(plain) < SHORTEST:
        return frozenset()
    return frozenset(plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity, 0 to 1; 0 when either is empty."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def bands(found: frozenset[str]) -> list[int]:
    """Band keys (signed 64 bit) by MinHash; none for a text that is not compared."""
    if not found:
        return []
    hashes = [_hash(one) for one in found]
    least = [min((a * value + b) % _PRIME for value in hashes) for a, b in _FUNCTIONS]
    return [_band(number, least[number * ROWS : (number + 1) * ROWS]) for number in range(BANDS)]


def character_pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters, for ranking texts by their words."""
    return frozenset(a + b for a, b in pairwise(letters(text)))


def _hash(shingle: str) -> int:
    raw = shingle.encode("utf-8", "surrogatepass")
    return zlib.crc32(raw) << 32 | zlib.adler32(raw)


def _band(number: int, least: list[int]) -> int:
    key = b"".join(value.to_bytes(8) for value in (number, *least))
    return int.from_bytes(blake2b(key, digest_size=8).digest(), signed=True)


def rank(text: str, candidates: Sequence[tuple[str, float]]) -> list[int]:
    """Positions of candidates (text, closeness in meaning) that are near enough, the likest first.

    To the closeness comes how far the words agree; pairs of letters that most candidates share say little.
    """
    found = [character_pairs(one) for one, _ in candidates]
    spread = Counter(pair for one in found for pair in one)
    rarity = {pair: math.log((len(found) + 1) / (count + 1)) ** 2 for pair, count in spread.items()}
    unseen = math.log(len(found) + 1) ** 2
    mine = character_pairs(text)
    own = sum(rarity.get(pair, unseen) for pair in sorted(mine))
    scores = []
    for position, (pairs, (_, closeness)) in enumerate(zip(found, candidates, strict=True)):
        if closeness < NEAR:
            continue
        # Sorted, so that the sums do not depend on the order of a set, which differs from process to process.
        shared = sum(rarity[pair] for pair in sorted(mine & pairs))
        other = sum(rarity[pair] for pair in sorted(pairs))
        agreement = shared / math.sqrt(own * other) if own and other else 0.0
        scores.append((-(closeness + agreement), position))
    return [position for _, position in sorted(scores)]
