"""Structured logs on standard error. Events carry ids and counts, never citizens' words or LINE ids."""

import logging
import sys

import structlog


def configure(level: str = "INFO") -> None:
    """Set up structlog and the standard library's logging, one line an event."""
    # Ours go through structlog. The libraries' own may hold bodies and addresses (LINE's ids among them): their
    # details are never wanted, and urllib3's warnings quote the address of every call that failed.
    logging.basicConfig(
        level=max(logging.WARNING, logging.getLevelName(level)),
        stream=sys.stderr,
        format="%(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("urllib3").setLevel(logging.ERROR)
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
