"""One change made to many matters at once, which can be taken back as a whole right after."""
