"""Replies as LINE message objects, within LINE's limits."""

from bot.messages.render import render
from bot.messages.scene import Scene

__all__ = ["Scene", "render"]
