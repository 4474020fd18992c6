"""Pages anyone may read: the privacy notice, how to reach the city, and the health check."""

from bot.pages.views import create_pages

__all__ = ["create_pages"]
