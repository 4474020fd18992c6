"""Errors of the domain. Each message is plain Japanese that can be shown to the person who caused it."""


class FeedbackError(Exception):
    """Base of everything a use case refuses; ``str(error)`` is fit to show."""


class NotFound(FeedbackError):
    """There is no such thing, or the person may not know that there is."""


class NotAllowed(FeedbackError):
    """The person may not do this."""


class Conflict(FeedbackError):
    """Somebody else changed the thing meanwhile."""


class Invalid(FeedbackError):
    """What was entered cannot be used; the message says what to enter instead."""
