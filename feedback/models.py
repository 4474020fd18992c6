"""Imports every table, so that metadata and mappers are complete."""

from feedback.audit.models import AuditEntry
from feedback.citizens.models import Citizen, Conversation
from feedback.db import Base
from feedback.departments.models import Department
from feedback.inbox.models import LineEvent
from feedback.jobs.models import Job, Lease
from feedback.opinions.models import (
    Attachment,
    HistoryEntry,
    Label,
    Matter,
    MatterReading,
    Note,
    Part,
    Submission,
)
from feedback.outbox.models import OutboundMessage
from feedback.routing.models import Area, RoutingRule
from feedback.staff.models import Staff

__all__ = [
    "Area",
    "Attachment",
    "AuditEntry",
    "Base",
    "Citizen",
    "Conversation",
    "Department",
    "HistoryEntry",
    "Job",
    "Label",
    "Lease",
    "LineEvent",
    "Matter",
    "MatterReading",
    "Note",
    "OutboundMessage",
    "Part",
    "RoutingRule",
    "Staff",
    "Submission",
]
