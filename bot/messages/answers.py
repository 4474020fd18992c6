"""What staff tell a citizen, in LINE's form: the answer with the buttons that rate it, guidance on a transfer."""

from dataclasses import dataclass
from typing import Final

from bot.conversation.choices import HELPFUL, UNHELPFUL
from bot.conversation.replies import Choice
from bot.limits import fitted
from bot.messages.objects import Message, action, bubble, button, card_message, text_message, words
from bot.messages.scene import city_values
from bot.texts import lines
from feedback.config import Settings
from feedback.ports import AnswerNotice

_QUOTE_UNITS: Final = 60


@dataclass(frozen=True, slots=True)
class AnswerMessages:
    """Makes the messages with the city's own values; satisfies `feedback.ports.CitizenMessages`."""

    settings: Settings

    def answer(self, notice: AnswerNotice) -> list[Message]:
        """The answer as text, then a card that asks whether it helped."""
        text = self._say(notice, "answer.title", "answer.words", "answer.body", "answer.from")
        return [text_message(text), self._question(notice)]

    def transfer(self, notice: AnswerNotice) -> list[Message]:
        """The guidance as text."""
        return [text_message(self._say(notice, "transfer.title", "answer.words", "answer.body", "answer.from"))]

    def _question(self, notice: AnswerNotice) -> Message:
        ask = self._say(notice, "answer.ask")
        buttons = [self._button(notice, HELPFUL, main=True), self._button(notice, UNHELPFUL)]
        return card_message(ask, bubble([words(ask)], buttons))

    def _button(self, notice: AnswerNotice, choice: Choice, *, main: bool = False) -> dict[str, object]:
        chosen = Choice(choice.label, choice.verb, str(notice.answer_id), about=True)
        return button(action(chosen, notice.submission_id) or {}, main=main)

    def _say(self, notice: AnswerNotice, *keys: str) -> str:
        quote = fitted(" ".join(notice.words.split()), _QUOTE_UNITS) or lines(("status.no_words",))
        values = {
            "receipt": notice.receipt,
            "words": quote,
            "body": notice.body,
            "department": notice.department,
        }
        return lines(keys).format_map({**city_values(self.settings), **values})
