"""Links between matters, and groups of matters that one answer serves."""
