"""What can be wrong with an answer, and how people are told. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """What is wrong with an answer."""

    REQUIRED = "required"
    NOT_A_CHOICE = "not_a_choice"
    ONE_ONLY = "one_only"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    EXCLUSIVE = "exclusive"
    TWICE = "twice"
    ROWS_MISSING = "rows_missing"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_DATE = "not_a_date"
    PHOTO_NEEDED = "photo_needed"
    FULL = "full"
    UNREADABLE = "unreadable"


_WORDS: Final = {
    FaultKind.REQUIRED: "この質問には、お答えが必要です。",
    FaultKind.NOT_A_CHOICE: "選択肢の番号か言葉で、もう一度お答えください。",
    FaultKind.ONE_ONLY: "一つだけ選んでください。",
    FaultKind.TOO_FEW: "{limit}つ以上選んでください。",
    FaultKind.TOO_MANY: "選べるのは{limit}つまでです。",
    FaultKind.EXCLUSIVE: "「{words}」は、ほかの選択肢と一緒には選べません。",
    FaultKind.TWICE: "同じものが二度選ばれています。",
    FaultKind.ROWS_MISSING: "「{words}」の回答を選んでください。",
    FaultKind.TOO_LONG: "{limit}文字以内で入力してください。",
    FaultKind.NOT_A_NUMBER: "数字で入力してください。",
    FaultKind.TOO_SMALL: "{limit}以上の数字で入力してください。",
    FaultKind.TOO_LARGE: "{limit}以下の数字で入力してください。",
    FaultKind.NOT_A_DATE: "日付は「2026年4月1日」や「令和8年4月1日」のように入力してください。",
    FaultKind.PHOTO_NEEDED: "写真を送ってください。",
    FaultKind.FULL: "「{words}」の方の回答は、定員に達しました。ご協力ありがとうございました。",
    FaultKind.UNREADABLE: "お答えを読み取れませんでした。もう一度入力してください。",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer cannot be taken. ``message`` is fit to show; ``limit`` and ``words`` for other languages."""

    kind: FaultKind
    limit: int | float | None = None
    words: str = ""

    @property
    def message(self) -> str:
        """In plain polite Japanese."""
        limit = int(self.limit) if self.limit is not None and float(self.limit).is_integer() else self.limit
        return _WORDS[self.kind].format(limit=limit, words=self.words)
