"""Answers by e-mail: a queue of its own, since a mail server forgets what it was given. No words are kept here."""
