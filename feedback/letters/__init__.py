"""Answers on paper: what stands at the head of a letter, when it was printed and posted."""
