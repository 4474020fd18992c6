"""Imports every table, so that metadata and mappers are complete."""

from feedback.answers.models import (
    Answer,
    AnswerMember,
    AnswerRating,
    AnswerTemplate,
    AnswerVersion,
    ApprovalEvent,
    ApprovalStep,
    Deputy,
    TransferGuide,
)
from feedback.audit.models import AuditEntry
from feedback.batches.models import Batch
from feedback.citizens.models import Citizen, Conversation
from feedback.db import Base
from feedback.deadlines.models import CityDay, DeadlineRules, Reminder, ServiceStandard
from feedback.departments.models import Department
from feedback.inbox.models import LineEvent
from feedback.jobs.models import Job, Lease
from feedback.learning.models import ModelActivation, ModelVersion
from feedback.letters.models import Letter
from feedback.likeness.models import Fingerprint, FingerprintBand
from feedback.links.models import GroupedMatter, MatterLink
from feedback.mails.models import AnswerMail
from feedback.notes.models import LooseFile, Mention, NoteFile
from feedback.notices.models import Notice, NoticeChoice, NoticeHook
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
from feedback.presence.models import Presence
from feedback.reports.models import Commentary, ReportFile, StoredQuote, StoredReport
from feedback.routing.models import Area, RoutingRule
from feedback.staff.models import Staff
from feedback.statistics.models import (
    ChangedDay,
    CityMap,
    CrossTable,
    CrossTableReader,
    DaySheet,
    FigureCode,
    Population,
)
from feedback.surveys.delivery.models import (
    SurveyDelivery,
    SurveyDeliveryCall,
    SurveyRecipient,
    SurveyUnsubscription,
)
from feedback.surveys.models import (
    Survey,
    SurveyCode,
    SurveyDraft,
    SurveyLink,
    SurveyMark,
    SurveyParticipation,
    SurveyPlan,
    SurveyQuota,
    SurveyResponse,
    SurveySpentToken,
    SurveyVersion,
    SurveyVisit,
    SurveyVoice,
)
from feedback.taxonomy.models import TaxonomyVersion
from feedback.themes.models import Theme, ThemeMember
from feedback.views.models import DefaultView, SavedView

__all__ = [
    "Answer",
    "AnswerMail",
    "AnswerMember",
    "AnswerRating",
    "AnswerTemplate",
    "AnswerVersion",
    "ApprovalEvent",
    "ApprovalStep",
    "Area",
    "Attachment",
    "AuditEntry",
    "Base",
    "Batch",
    "ChangedDay",
    "Citizen",
    "CityDay",
    "CityMap",
    "Commentary",
    "Conversation",
    "CrossTable",
    "CrossTableReader",
    "DaySheet",
    "DeadlineRules",
    "DefaultView",
    "Department",
    "Deputy",
    "FigureCode",
    "Fingerprint",
    "FingerprintBand",
    "GroupedMatter",
    "HistoryEntry",
    "Job",
    "Label",
    "Lease",
    "Letter",
    "LineEvent",
    "LooseFile",
    "Matter",
    "MatterLink",
    "MatterReading",
    "Mention",
    "ModelActivation",
    "ModelVersion",
    "Note",
    "NoteFile",
    "Notice",
    "NoticeChoice",
    "NoticeHook",
    "OutboundMessage",
    "Part",
    "Population",
    "Presence",
    "Reminder",
    "ReportFile",
    "RoutingRule",
    "SavedView",
    "ServiceStandard",
    "Staff",
    "StoredQuote",
    "StoredReport",
    "Submission",
    "Survey",
    "SurveyCode",
    "SurveyDelivery",
    "SurveyDeliveryCall",
    "SurveyDraft",
    "SurveyLink",
    "SurveyMark",
    "SurveyParticipation",
    "SurveyPlan",
    "SurveyQuota",
    "SurveyRecipient",
    "SurveyResponse",
    "SurveySpentToken",
    "SurveyUnsubscription",
    "SurveyVersion",
    "SurveyVisit",
    "SurveyVoice",
    "TaxonomyVersion",
    "Theme",
    "ThemeMember",
    "TransferGuide",
]
