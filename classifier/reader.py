"""The reader: one loaded model that answers everything the city asks about a text."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.embedding import Embedder, Vectors, default_embedder
from classifier.evidence import deciding_words
from classifier.grams import Spelled
from classifier.language import language_of
from classifier.linear import Array, Head, TextModel
from classifier.personal_data import find_personal_data
from classifier.reading import AreaScore, Reading, Urgency
from classifier.safety import decide_spelled
from classifier.store import load_model
from classifier.tfidf import spell_all

DEFAULT_MODEL = Path(__file__).parent / "models" / "default"
AREA, KIND, URGENCY, SAFETY = "area", "kind", "urgency", "safety"
OFFERED = 5
# A further area is named from this probability on: below, it is more often wrong than a true second matter.
_ALSO = 0.2
_BATCH = 64
_URGENT_SAFETY = frozenset({"emergency", "self_harm", "threat"})

Floats = NDArray[np.float64]


class Reader:
    """Reads texts with one model. Holds no state between calls; safe to share between threads."""

    def __init__(self, model: TextModel, card: dict[str, Any], embedder: Embedder | None) -> None:
        self._model = model
        self.card = card
        self._embedder = embedder if embedder and embedder.name == model.embedder else None

    @property
    def version(self) -> str:
        """Name of the model: its release and the beginning of its hash."""
        return str(self.card["version"])

    @property
    def areas(self) -> tuple[str, ...]:
        """Keys of all areas the model knows."""
        return self._model.heads[AREA].labels

    @cached_property
    def _area_mean(self) -> Array:
        return self._model.mean_weights(AREA)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts; the result has the same length and order. Never raises for a strange text."""
        whole = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        # A campaign is the same text many times: read once.
        distinct = list(dict.fromkeys(whole))
        readings: dict[str, Reading] = {}
        for start in range(0, len(distinct), _BATCH):
            some = distinct[start : start + _BATCH]
            readings.update(zip(some, self._read_batch(some), strict=True))
        return [readings[text] for text in whole]

    def _read_batch(self, texts: list[str]) -> list[Reading]:
        model = self._model
        spelled = spell_all(texts)
        rows = model.vectoriser.rows(spelled)
        scores = model.gram_scores(rows)
        vectors = self._embedder.embed(texts) if self._embedder else None
        answers = {name: model.probabilities(name, scores, vectors) for name in model.heads}
        area = model.heads[AREA]
        best = area.first + answers[AREA].argmax(axis=1)
        names = [block.name for block in model.vectoriser.blocks]
        evidence = deciding_words(spelled, rows, names, model.weights, best, self._area_mean)
        found = answers[AREA]
        order = np.argsort(-found, axis=1, kind="stable")[:, :OFFERED]
        scores_of = np.round(np.take_along_axis(found, order, axis=1), 4).tolist()
        kinds = model.heads[KIND].choose(answers[KIND]).tolist()
        labels = area.labels
        return [
            self._reading(
                texts[i],
                spelled[i],
                evidence[i],
                areas=tuple(AreaScore(labels[n], score) for n, score in zip(order[i], scores_of[i], strict=True)),
                is_sure=bool(found[i, order[i, 0]] >= area.threshold),
                kind=model.heads[KIND].labels[kinds[i]],
                urgency=answers[URGENCY][i],
                safety=answers[SAFETY][i],
            )
            for i in range(len(texts))
        ]

    def _reading(
        self,
        text: str,
        spelled: Spelled,
        evidence: tuple[str, ...],
        *,
        areas: tuple[AreaScore, ...],
        is_sure: bool,
        kind: str,
        urgency: Floats,
        safety: Floats,
    ) -> Reading:
        head = self._model.heads[SAFETY]
        danger = decide_spelled(spelled.text, _by_label(head, safety), head.points)
        return Reading(
            model_version=self.version,
            areas=areas,
            area=areas[0].key if is_sure and spelled.text else None,
            also=tuple(area.key for area in areas[1:] if area.score >= _ALSO),
            kind=kind,
            urgency=self._urgency(urgency, danger),
            safety=danger,
            language=language_of(text),
            personal_data=find_personal_data(text, named=spelled.named),
            evidence=evidence,
        )

    def _urgency(self, found: Floats, safety: str | None) -> Urgency:
        head = self._model.heads[URGENCY]
        if safety in _URGENT_SAFETY:
            return "high"
        return "high" if _by_label(head, found).get("high", 0.0) >= head.points.get("high", 0.5) else "normal"


def _by_label(head: Head, found: Floats) -> dict[str, float]:
    return dict(zip(head.labels, found.tolist(), strict=True))


def load(path: str | Path | None = None) -> Reader:
    """Load a model folder, the one that ships with machikoe by default. Raises ModelError when it may not be used."""
    model, card = load_model(Path(path) if path else DEFAULT_MODEL)
    embedder = default_embedder() if model.embedder else None
    return Reader(model, card, embedder)


def vectors_of(model: TextModel, texts: Sequence[str]) -> Vectors | None:
    """Sentence vectors of many texts when the model uses them and this machine has the encoder."""
    embedder = default_embedder()
    return embedder.embed(texts) if embedder and embedder.name == model.embedder else None


def probabilities_of(model: TextModel, head: str, texts: Sequence[str]) -> Floats:
    """Calibrated probabilities of one head for many texts."""
    scores = np.concatenate(
        [
            model.gram_scores(model.vectoriser.rows(spell_all(texts[i : i + _BATCH])))
            for i in range(0, len(texts), _BATCH)
        ]
    )
    return model.probabilities(head, scores, vectors_of(model, texts))
