from pathlib import Path

import pytest

from classifier.words import _dictionary_pages, release_dictionary, words


def test_words_as_written() -> None:
    assert words("公園の遊具") == ["公園", "の", "遊具"]


def test_line_breaks_and_nul_are_spaces() -> None:
    assert words("公園\n\x00遊具") == ["公園", "遊具"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only where the system tells what is mapped")
def test_the_dictionary_is_given_back_and_read_again() -> None:
    before = words("側溝のふたが割れています")
    assert _dictionary_pages()
    release_dictionary()
    assert words("側溝のふたが割れています") == before
