"""Strict checks of what a bot sends, answered with the error shape LINE uses."""
