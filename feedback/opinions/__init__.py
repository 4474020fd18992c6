"""Opinions: submissions (通), their matters (件), the words, the readings, the labels and the history.

Whoever uses any of it gets the listeners too that keep the search index and write the rows of new opinions.
"""

from feedback.opinions import bulk, joining, search  # noqa: F401 (they listen to every session)
