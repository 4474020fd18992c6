"""Short typed answers: commands, yes and no, numbers. Quick replies are not shown everywhere, so all can be typed."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from feedback.opinions.rules import submission_id_of

MAX_ANSWER_CHARS: Final = 40
"""Longer texts are never an answer to a question of ours."""


class Command(StrEnum):
    """What a citizen can ask for by a word of their own."""

    MENU = "menu"
    STATUS = "status"
    HELP = "help"
    PRIVACY = "privacy"
    PROFILE = "profile"
    CONTACT = "contact"
    WRITE = "write"
    PHOTO = "photo"
    STOP = "stop"
    AGREE = "agree"
    REFUSE = "refuse"
    YES = "yes"
    NO = "no"
    PICK = "pick"
    ADD = "add"
    WITHDRAW = "withdraw"
    ERASE = "erase"
    SURVEY = "survey"


_WORDS: Final = {
    Command.MENU: "メニュー めにゅー menu",
    Command.STATUS: "状況 じょうきょう 状況確認 状況を見る 状況を確認 状況を確認する 受付状況 進捗 status",
    Command.HELP: "使い方 つかいかた ヘルプ へるぷ help ?",
    Command.PRIVACY: "個人情報 プライバシー 個人情報の取り扱い 個人情報の取扱い 個人情報の取扱 privacy",
    Command.PROFILE: "プロフィール プロフィル profile",
    Command.CONTACT: "連絡先 緊急・連絡先 緊急連絡先 緊急 電話番号 問い合わせ先 問合せ先",
    Command.WRITE: "意見を送る 意見を書く 意見",
    Command.PHOTO: "写真で知らせる 写真を送る 写真",
    Command.STOP: "やめる 止める 中止 中止する キャンセル 終わる 終わり おわる おわり 終了 戻る もどる cancel",
    Command.AGREE: "同意 同意する 同意します 同意して送る",
    Command.REFUSE: "同意しない 同意しません",
    Command.YES: "はい うん yes ok おk はい、取り下げます はい、消します",
    Command.NO: "いいえ いえ no",
    Command.PICK: "ちがう分野です 違う分野です ちがう分野 違う分野 分野がちがう 分野が違う 分野を変える 分野を選ぶ",
    Command.ADD: "追加する 追加 追加します",
    Command.WITHDRAW: "取り下げる 取下げる 取りさげる 取り下げ 取下げ 取り下げます",
    Command.ERASE: "すべて消す 全部消す 全て消す すべて削除 全て削除 全部削除",
    Command.SURVEY: "アンケート あんけーと アンケートに答える アンケートに回答する アンケート一覧 調査 survey",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A short text as an answer: its plain form, the command, the number, the receipt it is. Long texts: all empty.

    ``submission``: the id behind a typed receipt number, whoever's it may be.
    """

    plain: str = ""
    command: Command | None = None
    number: int | None = None
    submission: int | None = None


_NO_WORD: Final = Word()
_FIRST_OF_A_NUMBER: Final = frozenset("0123456789rhs")

MAX_ID: Final = 2**31 - 1
"""The largest id a submission can have; PostgreSQL refuses to compare with more."""


def plain(text: str) -> str:
    """The form in which answers are compared: NFKC, no case, no spaces around, no closing punctuation."""
    return unicodedata.normalize("NFKC", text).strip().strip("「」『』。.、,!・ \u3000").casefold()


_COMMANDS: Final = {plain(word): command for command, words in _WORDS.items() for word in words.split()} | {
    "?": Command.HELP
}


def read_word(text: str) -> Word:
    """Read a text as a short answer."""
    if len(text) > MAX_ANSWER_CHARS:
        return _NO_WORD
    answer = plain(text)
    command = _COMMANDS.get(answer)
    if command is not None or not answer or answer[0] not in _FIRST_OF_A_NUMBER:
        return Word(answer, command)
    number = int(answer) if answer.isascii() and answer.isdigit() and len(answer) < 4 else None
    submission = submission_id_of(answer)
    return Word(answer, None, number, submission if submission is not None and submission <= MAX_ID else None)


def is_wordless(text: str) -> bool:
    """Whether a text has no letter or digit at all: emoji, kaomoji strokes, blank."""
    return not any(char.isalnum() for char in text)
