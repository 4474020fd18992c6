"""Structured logs on standard error. Events carry ids and counts, never citizens' words or LINE ids."""

import logging
import sys

import structlog

_QUOTING = ("urllib3", "linebot")
"""Their warnings quote the address of a call that failed, which holds LINE's ids."""


def _may_be_told(record: logging.LogRecord) -> bool:
    """Ours go through structlog; what the libraries say in detail may hold bodies and addresses.

    A filter, since LINE's SDK sets the levels of these logs to its own liking.
    """
    return record.levelno >= (logging.ERROR if record.name.split(".")[0] in _QUOTING else logging.WARNING)


def configure(level: str = "INFO") -> None:
    """Set up structlog and the standard library's logging, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_may_be_told)
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
