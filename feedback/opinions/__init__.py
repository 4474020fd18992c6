"""Opinions: submissions (通), their matters (件), the words, the readings, the labels and the history.

Whoever uses any of it gets the listeners too that keep the indexes of words and write the rows of new opinions.
"""

import feedback.likeness.service
import feedback.themes.listening  # noqa: F401 (they listen to every session)
from feedback.opinions import bulk, joining, search  # noqa: F401 (they listen to every session)
