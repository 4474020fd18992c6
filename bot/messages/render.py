"""Replies → LINE messages: at most five, the buttons below the last one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.conversation.choices import MAIN
from bot.conversation.privacy import kept_choices
from bot.conversation.replies import (
    AreaMenu,
    Choice,
    Kept,
    Notice,
    Numbers,
    OpinionDetail,
    OpinionList,
    Plain,
    Receipt,
    Receipts,
    Reply,
    Say,
    SurveyIntro,
    SurveyList,
    SurveyQuestion,
    SurveyReview,
    SurveyThanks,
)
from bot.limits import MESSAGES_PER_REQUEST
from bot.messages import cards, opinions, surveys
from bot.messages.objects import Message, text_message, with_choices
from bot.messages.scene import Scene

Rendered = tuple[list[Message], Sequence[Choice]]


def render(replies: Sequence[Reply], scene: Scene) -> list[Message]:
    """The messages of one answer. Call after the flush."""
    messages: list[Message] = []
    choices: Sequence[Choice] = ()
    for reply in replies:
        made, offered = _RENDERERS[type(reply)](reply, scene)
        messages += made
        choices = offered or choices
    messages = messages[:MESSAGES_PER_REQUEST]
    if choices and messages:
        with_choices(messages[-1], choices, scene.subject.id if scene.subject is not None else None)
    return messages


def _say(reply: Say, scene: Scene) -> Rendered:
    values = scene.about(scene.subject) if scene.subject is not None else _NOBODY
    text = scene.say(*reply.keys, **{**values, **reply.values})
    return [text_message(text)], reply.choices


_NOBODY: Final = {"receipt": "この受付", "area": "", "department": "", "date": ""}


def _kept(reply: Kept, scene: Scene) -> Rendered:
    del reply
    keys = ["privacy.title"]
    keys.append("privacy.opinions" if scene.values.get("first") else "privacy.no_opinions")
    keys.append("privacy.consent" if scene.consented else "privacy.no_consent")
    keys += ["privacy.profile", "privacy.page", "privacy.how"]
    return [text_message(scene.say(*keys))], kept_choices(consented=scene.consented)


def _numbers(reply: Numbers, scene: Scene) -> Rendered:
    return cards.numbers(reply.safety, scene), ()


def _notice(reply: Notice, scene: Scene) -> Rendered:
    return cards.notice(reply, scene), ()


def _list(reply: OpinionList, scene: Scene) -> Rendered:
    del reply
    return opinions.listed(scene), MAIN


def _detail(reply: OpinionDetail, scene: Scene) -> Rendered:
    return opinions.detail(reply, scene)


_RENDERERS: Final[Mapping[type[Reply], Callable[[Any, Scene], Rendered]]] = {
    Say: _say,
    Receipt: opinions.receipt,
    Receipts: opinions.receipts,
    Numbers: _numbers,
    Notice: _notice,
    AreaMenu: opinions.area_menu,
    OpinionList: _list,
    OpinionDetail: _detail,
    Kept: _kept,
    Plain: surveys.plain,
    SurveyList: surveys.listed,
    SurveyIntro: surveys.intro,
    SurveyQuestion: surveys.question,
    SurveyReview: surveys.review,
    SurveyThanks: surveys.thanks,
}
