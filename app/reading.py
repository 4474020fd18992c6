"""The classifier as the inside sees it: `feedback.ports.TextReader` over `classifier`."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feedback.ports import AreaScore, PersonalDataSpan, Reading


class ClassifierReader:
    """Reads texts with the installed model, which is loaded at the first use and only once."""

    def __init__(self, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir
        self._lock = threading.Lock()
        self._loaded: Any = None

    def _reader(self) -> Any:
        with self._lock:
            if self._loaded is None:
                import classifier

                self._loaded = classifier.load(self._model_dir)
            return self._loaded

    @property
    def version(self) -> str:
        """Name of the model in use."""
        return str(self._reader().version)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts in one batch."""
        from classifier.chatter import chatter_class

        results = self._reader().read(list(texts))
        return [_reading(one, chatter_class(text)) for text, one in zip(texts, results, strict=True)]


def _reading(one: Any, chatter: str | None) -> Reading:
    return Reading(
        model_version=one.model_version,
        areas=tuple(AreaScore(score.key, score.score) for score in one.areas),
        area=one.area,
        also=tuple(one.also),
        kind=one.kind,
        urgency=one.urgency,
        safety=one.safety,
        language=one.language,
        personal_data=tuple(PersonalDataSpan(span.start, span.end, span.type) for span in one.personal_data),
        evidence=tuple(one.evidence),
        chatter=chatter,
    )


class FixedReader:
    """Says the same of every text: for measuring everything but the classifier, and for running without one."""

    version = "fixed"

    def __init__(self, area: str | None = None) -> None:
        self._reading = Reading(
            model_version=self.version,
            areas=(AreaScore(area, 1.0),) if area else (),
            area=area,
        )

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for all."""
        return [self._reading] * len(texts)
