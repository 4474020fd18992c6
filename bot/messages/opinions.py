"""Receipts, the menu of areas, the list of a citizen's opinions, one of them in detail."""

from collections.abc import Sequence
from typing import Any, Final

from bot.conversation.choices import ADD, CAMERA, MAIN, MENU, PICK, STATUS, STOP, WITHDRAW
from bot.conversation.replies import AREA_PAGE, AreaMenu, Choice, OpinionDetail, Receipt, Receipts
from bot.limits import fitted
from bot.messages.objects import Message, action, bubble, button, card_message, text_message, words
from bot.messages.scene import Scene
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import CITIZEN_STATUS_NAMES, DESK_AREA, MatterStatus

RECEIPTS_SHOWN: Final = 3
LIST_LENGTH: Final = 5
_EXCERPT_UNITS: Final = 60

_KNOWN: Final = (
    "receipt.title",
    "receipt.number",
    "receipt.area",
    "receipt.department",
    "receipt.next",
    "receipt.status_hint",
)
_OUTSIDE: Final = ("receipt.title", "receipt.number", "receipt.out_of_scope", "receipt.unsure_next")
_UNSURE: Final = ("receipt.title", "receipt.number", "receipt.unsure", "receipt.unsure_next")
_WHEN_URGENT: Final = {"receipt.next": "receipt.urgent", "receipt.unsure_next": "receipt.urgent"}
"""Nobody in a hurry wants to read of working days."""
_GENTLE: Final = ("receipt.gentle", "receipt.number", "receipt.gentle_next")
_KNOWN_CHOICES: Final = (PICK, ADD, CAMERA, WITHDRAW)
_GENTLE_CHOICES: Final = (ADD, STATUS, WITHDRAW)
_OTHER_AREAS: Final = Choice("button.other_areas", "areas", "0", about=True)


def receipt(reply: Receipt, scene: Scene) -> tuple[list[Message], Sequence[Choice]]:
    """The receipt of the submission the scene is about."""
    submission = scene.subject
    if submission is None:
        return [], ()
    offered = [key for key in reply.candidates if key in scene.areas]
    text = _receipt_text(submission, scene, gentle=reply.gentle)
    if reply.gentle:
        return [text_message(text)], _GENTLE_CHOICES
    if submission.matters[0].area_key is not None or not offered:
        return [text_message(text)], _KNOWN_CHOICES
    text = "\n".join((text, scene.say("receipt.choose"), *_numbered(offered, scene)))
    return [text_message(text)], (*_area_choices(offered, scene), _OTHER_AREAS, ADD, WITHDRAW)


def _receipt_text(submission: Submission, scene: Scene, *, gentle: bool = False) -> str:
    keys = _GENTLE if gentle else _receipt_keys(submission.matters[0])
    return scene.say(*keys, **scene.about(submission))


def _receipt_keys(matter: Matter) -> tuple[str, ...]:
    keys: tuple[str, ...] = _UNSURE
    if matter.area_key is not None:
        keys = _OUTSIDE if matter.area_key == DESK_AREA else _KNOWN
    return tuple(_WHEN_URGENT.get(key, key) for key in keys) if matter.urgent else keys


def receipts(reply: Receipts, scene: Scene) -> tuple[list[Message], Sequence[Choice]]:
    """The receipts of what waited for consent; many are summed up."""
    del reply
    made = [text_message(_receipt_text(one, scene)) for one in scene.recorded[:RECEIPTS_SHOWN]]
    rest = len(scene.recorded) - RECEIPTS_SHOWN
    if rest > 0:
        made[-1] = text_message(made[-1]["text"] + "\n" + scene.say("receipt.more", count=str(rest)))
    return made, _KNOWN_CHOICES if len(scene.recorded) == 1 else MAIN


def _numbered(keys: Sequence[str], scene: Scene, first: int = 1) -> list[str]:
    return [
        scene.say("area.item", number=str(number), name=scene.areas[key].short_name)
        for number, key in enumerate(keys, first)
    ]


def _area_choices(keys: Sequence[str], scene: Scene) -> list[Choice]:
    return [Choice(scene.areas[key].short_name, "area", key, about=True, literal=True) for key in keys]


def area_menu(reply: AreaMenu, scene: Scene) -> tuple[list[Message], Sequence[Choice]]:
    """Areas to choose from: the likely ones, or a page of all."""
    if scene.subject is None:
        return [], ()
    end = reply.start + AREA_PAGE if reply.everything else None
    shown = [key for key in reply.keys[reply.start : end] if key in scene.areas]
    key = "area.ask_all" if reply.everything else "area.ask"
    title = scene.say(key, **scene.about(scene.subject))
    text = "\n".join((title, *_numbered(shown, scene, reply.start + 1)))
    return [text_message(text)], (*_area_choices(shown, scene), *_turns(reply))


def _turns(reply: AreaMenu) -> list[Choice]:
    if not reply.everything:
        return [_OTHER_AREAS, STOP]
    turns = []
    if reply.start > 0:
        turns.append(Choice("button.back", "areas", str(reply.start - AREA_PAGE), about=True))
    if reply.start + AREA_PAGE < len(reply.keys):
        turns.append(Choice("button.next", "areas", str(reply.start + AREA_PAGE), about=True))
    return turns


def listed(scene: Scene) -> list[Message]:
    """The last submissions: as text with numbers, and as cards with buttons."""
    rows = [_row(number, one, scene) for number, one in enumerate(scene.listed, 1)]
    text = "\n".join((scene.say("status.title"), *rows, scene.say("status.pick")))
    cards = [_card(one, scene) for one in scene.listed]
    carousel: dict[str, Any] = {"type": "carousel", "contents": cards}
    return [text_message(text), card_message(scene.say("status.title"), carousel)]


def _row(number: int, submission: Submission, scene: Scene) -> str:
    values = _values(submission, scene) | {"number": str(number)}
    return scene.say("status.line", **values) + "\n　" + scene.say("status.state", **values)


def _values(submission: Submission, scene: Scene) -> dict[str, str]:
    return scene.about(submission) | {"status": _status(submission.matters[0])}


def _status(matter: Matter) -> str:
    return CITIZEN_STATUS_NAMES[MatterStatus(matter.status)]


def _card(submission: Submission, scene: Scene) -> dict[str, Any]:
    values = _values(submission, scene)
    body = [
        words(values["receipt"], strong=True),
        words(values["status"]),
        words(scene.say("status.area", **values), soft=True),
        words(scene.say("status.handled_by", **values), soft=True),
        words(scene.say("status.received", **values), soft=True),
    ]
    pressed = action(Choice("button.details", "show", about=True), submission.id)
    return bubble(body, [button(pressed or {}, main=True)])


def detail(reply: OpinionDetail, scene: Scene) -> tuple[list[Message], Sequence[Choice]]:
    """One submission: where it stands, and what can be done about it."""
    submission = scene.subject
    if submission is None:
        return [], ()
    head = [
        scene.say("status.detail_title", **scene.about(submission)),
        scene.say("status.received", **scene.about(submission)),
    ]
    several = len(submission.matters) > 1
    parts = [_matter_lines(matter, scene, numbered=several) for matter in submission.matters]
    choices = (ADD, PICK, WITHDRAW, STATUS, MENU) if reply.open else (STATUS, MENU)
    return [text_message("\n".join([*head, *(line for part in parts for line in part)]))], choices


def _matter_lines(matter: Matter, scene: Scene, *, numbered: bool) -> list[str]:
    area = scene.areas.get(matter.area_key) if matter.area_key else None
    excerpt = fitted(" ".join(matter.text.split()), _EXCERPT_UNITS)
    return [
        *([scene.say("status.matter", number=str(matter.number))] if numbered else []),
        scene.say("status.state", status=_status(matter)),
        scene.say("status.area", area=area.name if area else scene.say("status.unknown_area")),
        scene.say(
            "status.handled_by",
            department=scene.departments.get(matter.department_id, scene.settings.contact_desk),
        ),
        scene.say("status.words", words=excerpt or scene.say("status.no_words")),
    ]
