"""How a question will look in the chat: bubbles and buttons. An impression; the chat itself is drawn by the bot."""

from dataclasses import dataclass

from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.rules import PIPE

_MOST_BUTTONS = 13
"""LINE shows at most this many quick replies."""
_LONGEST_BUTTON = 20
_TYPED = {
    QuestionType.TEXT: "文字で入力",
    QuestionType.LONG_TEXT: "文字で入力",
    QuestionType.NUMBER: "数字で入力",
    QuestionType.DATE: "日付を選ぶ",
    QuestionType.DISTRICT: "地区名か郵便番号を入力",
    QuestionType.LOCATION: "位置情報を送る",
    QuestionType.PHOTO: "写真を送る",
}


@dataclass(frozen=True, slots=True)
class ChatParts:
    """``numbered``: choices that are listed in the bubble because buttons cannot show them whole."""

    head: str
    text: str
    numbered: tuple[str, ...]
    buttons: tuple[str, ...]


def chat_parts(definition: Definition, question: Question) -> ChatParts:
    """The bubble and the buttons of a question."""
    asked = [one.key for one in definition.asked]
    head = f"{asked.index(question.key) + 1}/{len(asked)}問" if question.key in asked else ""
    texts = [one.text for one in question.choices]
    whole = len(texts) <= _MOST_BUTTONS - 2 and all(len(one) <= _LONGEST_BUTTON for one in texts)
    listed = question.type in {QuestionType.MULTIPLE, QuestionType.RANKING} or not whole
    numbered = tuple(f"{number}. {one}" for number, one in enumerate(texts, 1)) if listed else ()
    buttons = tuple(str(number) for number in range(1, min(len(texts), 11) + 1)) if numbered else tuple(texts)
    if question.type in _TYPED and not texts:
        buttons = (_TYPED[question.type],)
    if question.type is QuestionType.SECTION:
        return ChatParts(head, in_place(definition, question.text), (), ())
    extra = ("戻る", "あとで") if question.required else ("答えない", "戻る", "あとで")
    return ChatParts(head, in_place(definition, question.text), numbered, (*buttons, *extra))


def in_place(definition: Definition, text: str) -> str:
    """Text with earlier answers to be put in shown as what they are."""

    def named(key: str) -> str:
        return f"［{key}の回答］" if definition.question(key) else f"{{{key}}}"

    return PIPE.sub(lambda match: named(match[1]), text)
