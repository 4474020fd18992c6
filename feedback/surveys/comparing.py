"""What differs between two versions of a survey, in words for whoever publishes it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from feedback.surveys.definition import TYPE_NAMES, Choice, Definition, Question


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``place``: where (a question's key, or empty for the whole). ``breaks``: results do not compare."""

    place: str
    words: str
    breaks: bool = False


_FIELDS: Final = (("help", "補足"), ("unit", "単位"), ("image", "画像"))
_WHOLE: Final = (("title", "題名"), ("description", "説明"), ("thanks", "お礼の文"))


def differences(before: Definition, after: Definition) -> list[Difference]:
    """All that changed from one version to the next, in the order of the newer."""
    found = [Difference("", f"{name}を変更しました。") for field, name in _WHOLE if _differ(before, after, field)]
    if (before.opens, before.closes, before.hours) != (after.opens, after.closes, after.hours):
        found.append(Difference("", "受付の期間または時間を変更しました。"))
    if (before.limit, before.quotas) != (after.limit, after.quotas):
        found.append(Difference("", "回答の上限・定員を変更しました。"))
    for one in after.questions:
        old = before.question(one.key)
        found += _of_question(old, one) if old else [Difference(one.key, "質問を加えました。")]
    found += [
        Difference(one.key, "質問を削除しました。", breaks=True)
        for one in before.questions
        if after.question(one.key) is None
    ]
    if _order(before, after) != _order(after, before):
        found.append(Difference("", "質問の順番を変更しました。"))
    return found


def _order(one: Definition, other: Definition) -> list[str]:
    return [question.key for question in one.questions if other.question(question.key)]


def _differ(before: object, after: object, field: str) -> bool:
    return bool(getattr(before, field) != getattr(after, field))


def _of_question(before: Question, after: Question) -> Iterator[Difference]:
    if before.type is not after.type:
        words = f"種類を「{TYPE_NAMES[before.type]}」から「{TYPE_NAMES[after.type]}」に変更しました。"
        yield Difference(after.key, words, breaks=True)
    if before.text != after.text:
        yield Difference(after.key, f"質問文を「{before.text}」から変更しました。", breaks=True)
    for field, name in _FIELDS:
        if _differ(before, after, field):
            yield Difference(after.key, f"{name}を変更しました。")
    if before.required != after.required:
        yield Difference(after.key, "必須にしました。" if after.required else "任意にしました。")
    if (before.min, before.max) != (after.min, after.max):
        yield Difference(after.key, "最小・最大を変更しました。")
    if before.next != after.next:
        yield Difference(after.key, "次に進む質問（分岐）を変更しました。")
    yield from _of_choices(after.key, before.choices, after.choices, "選択肢")
    yield from _of_choices(after.key, before.rows, after.rows, "項目")


def _of_choices(key: str, before: tuple[Choice, ...], after: tuple[Choice, ...], name: str) -> Iterator[Difference]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    for one in after:
        was = old.get(one.key)
        if was is None:
            yield Difference(key, f"{name}「{one.text}」を加えました。", breaks=True)
        elif was.text != one.text:
            yield Difference(key, f"{name}「{was.text}」を「{one.text}」に変更しました。", breaks=True)
        elif was != one:
            yield Difference(key, f"{name}「{one.text}」の扱いを変更しました。")
    for one in before:
        if one.key not in new:
            yield Difference(key, f"{name}「{one.text}」を削除しました。", breaks=True)
