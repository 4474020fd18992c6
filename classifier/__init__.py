"""Text in, readings out: policy area, kind, urgency, safety, language, personal data. Knows no database and no web."""

from typing import TYPE_CHECKING

from classifier.reading import AreaScore, PersonalDataSpan, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from classifier.reader import Reader

__all__ = ["AreaScore", "PersonalDataSpan", "Reading", "load"]


def load(path: "str | Path | None" = None) -> "Reader":
    """Load a model folder, by default the model that ships with machikoe."""
    # Importing the package must stay cheap: numpy and the dictionary come with the first model.
    from classifier.reader import load as load_reader

    return load_reader(path)
