"""How the system itself is doing, for those who run it."""
