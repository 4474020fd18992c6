"""Cards: the privacy notice with its buttons, emergency numbers to call."""

from bot.conversation.choices import AGREE, AGREE_AND_SEND, REFUSE
from bot.conversation.replies import Choice, Notice
from bot.emergency import Call, Help
from bot.limits import LABEL_UNITS, URI_UNITS, units
from bot.messages.objects import (
    Message,
    action,
    bubble,
    button,
    call_action,
    card_message,
    link_action,
    text_message,
    words,
)
from bot.messages.scene import Scene, city_values

_CALL_BUTTONS = 4
_NOTICE_KEYS = ("notice.what", "notice.why", "notice.where", "notice.rights", "notice.secret", "notice.question")


def notice(reply: Notice, scene: Scene) -> list[Message]:
    """The short notice, its buttons, and the way to the long one."""
    agree = AGREE_AND_SEND if reply.waiting else AGREE
    url = f"{scene.settings.public_url}/privacy"
    footer = [_button(agree, main=True), _button(REFUSE)]
    if len(url) <= URI_UNITS:
        footer.append(button(link_action("button.notice_page", url)))
    body = [words(scene.say("notice.title"), strong=True), *(words(scene.say(key)) for key in _NOTICE_KEYS)]
    card = card_message(scene.say("notice.alt"), bubble(body, footer))
    return [text_message(scene.say(*reply.lead)), card] if reply.lead else [card]


def _button(choice: Choice, *, main: bool = False) -> dict[str, object]:
    made = action(choice, None)
    return button(made or {}, main=main)


def numbers(safety: str, scene: Scene) -> list[Message]:
    """First the words and all numbers as text, then buttons that call them."""
    section = scene.help_for(safety)
    values = city_values(scene.settings)
    calls = [Call(_filled(one.number, values), _filled(one.name, values), one.note) for one in section.calls]
    card = card_message(_alt(calls, scene), bubble([words(_title(section, values))], _call_buttons(calls, scene)))
    return [text_message(_text(section, calls, scene, values)), card]


def _title(section: Help, values: dict[str, str]) -> str:
    return _filled(section.lead[0], values) if section.lead else "電話"


def _text(section: Help, calls: list[Call], scene: Scene, values: dict[str, str]) -> str:
    listed = [
        scene.say("numbers.line_note" if one.note else "numbers.line", number=one.number, name=one.name, note=one.note)
        for one in calls
    ]
    lead = [_filled(sentence, values) for sentence in section.lead]
    tail = [_filled(sentence, values) for sentence in section.tail]
    return "\n".join([*lead, "", *listed, *([""] if tail else []), *tail]).strip()


def _alt(calls: list[Call], scene: Scene) -> str:
    return scene.say("numbers.alt", numbers="、".join(f"{one.number} {one.name}" for one in calls))


def _call_buttons(calls: list[Call], scene: Scene) -> list[dict[str, object]]:
    return [
        button(call_action(_call_label(one, scene), one.number), main=position == 0)
        for position, one in enumerate(calls[:_CALL_BUTTONS])
    ]


def _call_label(call: Call, scene: Scene) -> str:
    """Number and name; where both do not fit, the name, since the text above has the number."""
    label = scene.say("numbers.call", number=call.number, name=call.name)
    return label if units(label) <= LABEL_UNITS else call.name


def _filled(sentence: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence
