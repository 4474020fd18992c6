"""Pure: a matter's history in plain Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from admin.formats import short_date
from feedback.opinions.details import StepView
from feedback.opinions.rules import CHANNEL_NAMES, KIND_NAMES, OUTCOME_NAMES, STATUS_NAMES, PartKind, Source

SOURCE_NAMES = {
    Source.CITIZEN: "市民",
    Source.STAFF: "職員",
    Source.MODEL: "自動分類",
    Source.SYSTEM: "システム",
}
_PART_NAMES = {
    PartKind.TEXT: "文章",
    PartKind.IMAGE: "写真",
    PartKind.VIDEO: "動画",
    PartKind.AUDIO: "音声",
    PartKind.FILE: "ファイル",
    PartKind.LOCATION: "位置情報",
    PartKind.STICKER: "スタンプ",
}
_ICONS = {
    "received": "inbox",
    "added": "plus-lg",
    "routed": "signpost-split",
    "area": "tag",
    "confirmed": "check2",
    "kind": "tag",
    "status": "flag",
    "outcome": "check2-circle",
    "assigned": "person-check",
    "due": "calendar-check",
    "urgent": "exclamation-triangle",
    "rated": "chat-left-text",
    "rating_comment": "chat-left-text",
    "split": "scissors",
    "split_from": "scissors",
    "merged": "intersect",
    "grouped": "layers",
    "ungrouped": "layers",
    "withdrawn": "arrow-counterclockwise",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind the codes and ids that a history holds."""

    areas: Mapping[str, str]
    departments: Mapping[str, str]
    staff: Mapping[str, str]


def icon_of(step: StepView) -> str:
    """The icon that stands for a step."""
    return _ICONS.get(step.action, "journal-text")


def who(step: StepView) -> str:
    """Who took a step."""
    return step.staff or SOURCE_NAMES[step.source]


def describe(step: StepView, names: Names) -> str:
    """What happened in a step, as one sentence without its full stop."""
    before, after = _value(step.action, step.before, names), _value(step.action, step.after, names)
    fixed = {
        "received": f"{after}で受け付けました",
        "added": f"{after}が追加されました",
        "withdrawn": "取り下げられました",
        "split": f"{step.after}件に分けました",
        "split_from": "ほかの件から分けて作りました",
        "grouped": "ほかの案件と一つにまとめました",
        "ungrouped": "まとめから外しました",
        "merged": f"件{step.before}をこの件にまとめました",
        "confirmed": f"分野「{after}」で合っていることを確かめました",
        "rated": "回答が役に立ったとのことです" if step.after == "helpful" else "回答が役に立たなかったとのことです",
        "rating_comment": "回答への感想が届きました",
        "urgent": "緊急の印を付けました" if step.after == "1" else "緊急の印を外しました",
    }
    if step.action in fixed:
        return fixed[step.action]
    if step.action == "routed":
        return f"{before}から{after}へ送りました" if step.before else f"{after}へ振り分けました"
    subject = {
        "area": "分野",
        "kind": "種別",
        "status": "状況",
        "outcome": "対応区分",
        "assigned": "担当者",
        "due": "回答期限",
    }.get(step.action, step.action)
    origin = f"「{before}」から" if step.before else ""
    return f"{subject}を{origin}「{after}」に変更しました"


def _value(action: str, value: str | None, names: Names) -> str:
    if value is None:
        return "未定" if action in {"area", "kind", "assigned", "due", "outcome"} else "―"
    if action == "due":
        return short_date(date.fromisoformat(value))
    known: dict[str, Mapping[str, str]] = {
        "received": {str(key): name for key, name in CHANNEL_NAMES.items()},
        "added": {str(key): name for key, name in _PART_NAMES.items()},
        "routed": names.departments,
        "area": names.areas,
        "confirmed": names.areas,
        "kind": {str(key): name for key, name in KIND_NAMES.items()},
        "status": {str(key): name for key, name in STATUS_NAMES.items()},
        "outcome": {str(key): name for key, name in OUTCOME_NAMES.items()},
        "assigned": names.staff,
    }
    return known.get(action, {}).get(value, value)
