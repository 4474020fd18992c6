"""Opinions: submissions (通), their matters (件), the words, the readings, the labels and the history."""
