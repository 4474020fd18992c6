"""Pure decisions about opinions: states and allowed steps, receipt numbers, the quiet window."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from feedback.clock import fiscal_year, fiscal_year_era


class Channel(StrEnum):
    """How a submission reached the city (受付方法)."""

    LINE = "line"
    WEB = "web"
    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"
    COUNTER = "counter"
    MEETING = "meeting"
    MONITOR = "monitor"
    TRANSFER = "transfer"


CHANNEL_NAMES = {
    Channel.LINE: "LINE",
    Channel.WEB: "Webフォーム",
    Channel.EMAIL: "電子メール",
    Channel.PHONE: "電話",
    Channel.LETTER: "手紙・はがき",
    Channel.FAX: "FAX",
    Channel.COUNTER: "窓口・来庁",
    Channel.MEETING: "懇談会",
    Channel.MONITOR: "モニター・アンケート",
    Channel.TRANSFER: "議会・他機関から移送",
}


class Kind(StrEnum):
    """What a matter is (種別)."""

    REQUEST = "request"
    COMPLAINT = "complaint"
    PROPOSAL = "proposal"
    QUESTION = "question"
    THANKS = "thanks"
    REPORT = "report"
    OTHER = "other"


KIND_NAMES = {
    Kind.REQUEST: "要望",
    Kind.COMPLAINT: "苦情",
    Kind.PROPOSAL: "提案・提言",
    Kind.QUESTION: "問合せ",
    Kind.THANKS: "感謝",
    Kind.REPORT: "通報",
    Kind.OTHER: "その他",
}


class MatterStatus(StrEnum):
    """Where a matter stands (対応状況)."""

    RECEIVED = "received"
    ROUTED = "routed"
    IN_PROGRESS = "in_progress"
    DRAFTING = "drafting"
    APPROVING = "approving"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"
    SPAM = "spam"


STATUS_NAMES = {
    MatterStatus.RECEIVED: "受付",
    MatterStatus.ROUTED: "振分済",
    MatterStatus.IN_PROGRESS: "対応中",
    MatterStatus.DRAFTING: "回答案作成中",
    MatterStatus.APPROVING: "決裁中",
    MatterStatus.ANSWERED: "回答済",
    MatterStatus.CLOSED: "完了",
    MatterStatus.REOPENED: "再開",
    MatterStatus.TRANSFERRED: "移送",
    MatterStatus.OUT_OF_SCOPE: "対象外",
    MatterStatus.WITHDRAWN: "取り下げ",
    MatterStatus.SPAM: "営業・いたずら",
}

CITIZEN_STATUS_NAMES = STATUS_NAMES | {
    MatterStatus.RECEIVED: "受け付けました",
    MatterStatus.ROUTED: "担当課に届いています",
    MatterStatus.IN_PROGRESS: "担当課が対応しています",
    MatterStatus.DRAFTING: "担当課が対応しています",
    MatterStatus.APPROVING: "担当課が対応しています",
    MatterStatus.ANSWERED: "お答えしました",
    MatterStatus.CLOSED: "対応を終えました",
    MatterStatus.REOPENED: "担当課が改めて対応しています",
    MatterStatus.TRANSFERRED: "担当する機関へお伝えしました",
    MatterStatus.OUT_OF_SCOPE: "市の担当外のご意見として受け付けました",
    MatterStatus.WITHDRAWN: "取り下げられました",
    MatterStatus.SPAM: "対応の対象外です",
}

OPEN_STATUSES = frozenset(
    {
        MatterStatus.RECEIVED,
        MatterStatus.ROUTED,
        MatterStatus.IN_PROGRESS,
        MatterStatus.DRAFTING,
        MatterStatus.APPROVING,
        MatterStatus.REOPENED,
    }
)


class Outcome(StrEnum):
    """What the city did with a matter (対応区分)."""

    REFLECTED = "reflected"
    DONE = "done"
    PLANNED = "planned"
    CONSIDERING = "considering"
    DIFFICULT = "difficult"
    EXPLAINED = "explained"
    NOTED = "noted"


OUTCOME_NAMES = {
    Outcome.REFLECTED: "反映済",
    Outcome.DONE: "対応済",
    Outcome.PLANNED: "反映予定",
    Outcome.CONSIDERING: "検討中",
    Outcome.DIFFICULT: "困難",
    Outcome.EXPLAINED: "説明",
    Outcome.NOTED: "参考",
}


class PartKind(StrEnum):
    """What one message of a submission is."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    LOCATION = "location"
    STICKER = "sticker"


class Source(StrEnum):
    """Whose word a label or a step is."""

    CITIZEN = "citizen"
    STAFF = "staff"
    MODEL = "model"
    SYSTEM = "system"


class Safety(StrEnum):
    """Why a matter may not wait."""

    EMERGENCY = "emergency"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    HAZARD = "hazard"
    THREAT = "threat"


SAFETY_NAMES = {
    Safety.EMERGENCY: "緊急（119・110）",
    Safety.SELF_HARM: "こころの危機",
    Safety.ABUSE: "虐待・暴力",
    Safety.HAZARD: "危険箇所",
    Safety.THREAT: "加害の予告",
}

AGE_BANDS = {
    "10s": "10代以下",
    "20s": "20代",
    "30s": "30代",
    "40s": "40代",
    "50s": "50代",
    "60s": "60代",
    "70s": "70代",
    "80s": "80代以上",
}

DESK_AREA = "out_of_scope"
"""The area key that stands for matters that are not the city's."""

_RECEIPT = re.compile(r"([SHR])\s*(\d{1,2})\s*-\s*(\d{1,12})", re.IGNORECASE)


def receipt_number(submission_id: int, received_at: datetime) -> str:
    """Receipt number of a submission: era letter and year of its fiscal year, then its serial number."""
    _, letter, year = fiscal_year_era(fiscal_year(received_at))
    return f"{letter}{year}-{submission_id:06d}"


def submission_id_of(receipt: str) -> int | None:
    """The submission's id in a receipt number as people type it (full width, lower case), or None."""
    match = _RECEIPT.fullmatch(unicodedata.normalize("NFKC", receipt).strip().replace("‐", "-").replace("ー", "-"))
    return int(match[3]) if match else None


def joins(last_part_at: datetime, sent_at: datetime, *, quiet_seconds: int) -> bool:
    """Whether a message still belongs to the submission whose last part was sent at ``last_part_at``."""
    return abs(sent_at - last_part_at) < timedelta(seconds=quiet_seconds)


def matter_text(texts: list[str | None]) -> str:
    """The words of a matter: its parts' texts in order, one after the other."""
    return "\n".join(text for text in texts if text)


_SENTENCE_END = re.compile(r"(?<=[。！？!?\n])(?![。！？!?」』）)\n])")


def pieces(text: str) -> list[str]:
    """A text cut after its sentences and lines; joined again they are the text, to the character."""
    return [piece for piece in _SENTENCE_END.split(text) if piece]


DECLINED = "当課ではない："
"""How the reason of a step begins with which a department passed a matter on."""
