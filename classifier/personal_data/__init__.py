"""Where a text names a person or could be traced to one: spans over the words as written."""

from classifier.personal_data.find import TYPES, find_personal_data

__all__ = ["TYPES", "find_personal_data"]
