"""Pages of surveys: list, editor, settings, answering by staff and from paper, results and files."""

from admin.surveys import designer, entry, files, pages, results, settings
from admin.surveys.base import blueprint

__all__ = ["blueprint", "designer", "entry", "files", "pages", "results", "settings"]
