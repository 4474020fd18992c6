from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from classifier.grams import GRAMS, INDEX, Spelled, padded, spell
from classifier.tfidf import fit_block

TEXTS = st.lists(st.text("あいう漢 a𠮷", max_size=9), min_size=1, max_size=5)


def _spelled(text: str) -> Spelled:
    return Spelled(text, text.split())


@given(TEXTS, TEXTS, st.sampled_from(["words", "characters"]), st.integers(1, 40))
def test_known_grams_are_found_where_they_stand(known: list[str], asked: list[str], name: str, limit: int) -> None:
    block = fit_block(name, [_spelled(text) for text in known], limit=limit)
    spelled = [_spelled(text) for text in asked]
    found = INDEX[name](block.vocabulary).find(spelled)
    for i, each in enumerate(spelled):
        mine = found.texts == i
        wanted = Counter(gram for gram in GRAMS[name](each) if gram in block.vocabulary)
        assert Counter(block.vocabulary[column] for column in found.columns[mine]) == wanted
        units = list(padded(each)) if name == "characters" else each.words
        before = int(found.units[:i].sum())
        joined = "" if name == "characters" else " "
        for column, start, length in zip(found.columns[mine], found.starts[mine], found.lengths[mine], strict=True):
            assert joined.join(units[start - before : start - before + length]) == block.vocabulary[column]


def test_a_surname_is_noticed() -> None:
    assert spell("佐藤太郎です").named
    assert not spell("公園の遊具が壊れています").named
