"""Surveys in the chat: the list, what one is about, a question as a card to tap or answer in words, the review."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bot.conversation.choices import MAIN, PLACE
from bot.conversation.replies import (
    Choice,
    OfferedSurvey,
    Plain,
    SurveyIntro,
    SurveyList,
    SurveyQuestion,
    SurveyReview,
    SurveyThanks,
)
from bot.limits import (
    BUBBLE_BYTES,
    CARD_TEXT_UNITS,
    MESSAGES_PER_REQUEST,
    QUICK_REPLIES,
    TEXT_UNITS,
    URI_UNITS,
    fitted,
    units,
)
from bot.messages.objects import (
    Message,
    action,
    bubble,
    button,
    card_message,
    link_action,
    tappable,
    text_message,
    words,
)
from bot.messages.scene import Scene, city_values, moment
from bot.texts import lines
from feedback.config import Settings
from feedback.surveys.definition import Choice as SurveyChoice
from feedback.surveys.definition import Question, QuestionType

_Made = tuple[list[Message], Sequence[Choice]]

_LIST_LENGTH: Final = 10
_REVIEW_MESSAGES: Final = 3
_QUOTED_QUESTION: Final = 60
_QUOTED_ANSWER: Final = 200
_A_ROW_OF_POINTS: Final = 6
_REVIEW_CHOICES: Final = QUICK_REPLIES - 3
_HOW: Final = {
    QuestionType.MULTIPLE: "survey.how_multiple",
    QuestionType.RANKING: "survey.how_ranking",
    QuestionType.NUMBER: "survey.how_number",
    QuestionType.DATE: "survey.how_date",
    QuestionType.LOCATION: "survey.how_location",
    QuestionType.PHOTO: "survey.how_photo",
    QuestionType.TEXT: "survey.how_text",
    QuestionType.LONG_TEXT: "survey.how_text",
}


def plain(reply: Plain, scene: Scene) -> _Made:
    """Words as they are."""
    del scene
    return [text_message(reply.words)], reply.choices


def listed(reply: SurveyList, scene: Scene) -> _Made:
    """The surveys as a card to tap, numbered for typing."""
    shown = reply.surveys[:_LIST_LENGTH]
    lines = [_offer(number, one, scene) for number, one in enumerate(shown, 1)]
    boxes = [
        tappable(_press(one.title, "survey", str(one.id)), [words(line)])
        for one, line in zip(shown, lines, strict=True)
    ]
    title, how = scene.say("survey.list"), scene.say("survey.how_list")
    card = bubble([words(title, strong=True), words(how, soft=True), *boxes])
    return [card_message("\n".join((title, *lines)), card)], MAIN


def _offer(number: int, one: OfferedSurvey, scene: Scene) -> str:
    parts = [scene.say("survey.item", number=str(number), title=one.title)]
    if one.begun:
        parts.append(scene.say("survey.item_begun"))
    if one.closes is not None:
        parts.append(scene.say("survey.until", date=_moment(one.closes)))
    return "\n".join(parts)


def _moment(second: int) -> str:
    return moment(datetime.fromtimestamp(second, UTC))


def intro(reply: SurveyIntro, scene: Scene) -> _Made:
    """What it is about, how long it is, what anonymous means, and the button to begin."""
    number = str(reply.survey)
    facts = [scene.say("survey.length", count=str(reply.questions))]
    if reply.closes is not None:
        facts.append(scene.say("survey.until", date=_moment(reply.closes)))
    body = [words(reply.title, strong=True)]
    if reply.description:
        body.append(words(fitted(reply.description, CARD_TEXT_UNITS)))
    body += [words(line, soft=True) for line in facts]
    body.append(words(scene.say("survey.anonymous" if reply.anonymous else "survey.named")))
    if reply.done:
        body.append(words(scene.say("survey.begun", count=str(reply.done))))
    body.append(words(scene.say("survey.how_to_leave"), soft=True))
    begin = Choice("button.survey_resume" if reply.done else "button.survey_begin", "survey-begin", number)
    footer = [button(_made(begin), main=True)]
    if reply.form and len(reply.form) <= URI_UNITS:
        footer.append(button(link_action("button.survey_form", reply.form)))
    footer.append(button(_made(Choice("button.survey_later", "survey-later", number))))
    alt = "\n".join((reply.title, *facts, scene.say("survey.how_to_begin")))
    return [card_message(alt, bubble(body, footer))], ()


def question(reply: SurveyQuestion, scene: Scene) -> _Made:
    """The sections before it, then the question; or what was tapped so far."""
    if scene.values.get("refused"):
        return [text_message(scene.values["refused"])], MAIN
    if reply.other is not None:
        text = scene.say("survey.other_words", words=reply.other.text)
        return [text_message(text)], _below(reply)
    if reply.compact:
        return [text_message(_picked(reply, scene))], _below(reply)
    sections = _sections(reply.sections)
    card = card_message(_as_text(reply, scene), bubble(_body(reply, scene)))
    too_heavy = len(json.dumps(card["contents"], ensure_ascii=False).encode()) > BUBBLE_BYTES
    return [*sections, text_message(_as_text(reply, scene)) if too_heavy else card], _below(reply)


def _sections(sections: Iterable[Question]) -> list[Message]:
    text = "\n\n".join(one.text for one in sections)
    return [text_message(text)] if text else []


def _head(reply: SurveyQuestion, scene: Scene) -> str:
    must = scene.say("survey.required" if reply.question.required else "survey.optional")
    now = reply.progress
    return scene.say("survey.progress", number=str(now.number), count=str(now.total), status=must)


def _asked(reply: SurveyQuestion, scene: Scene) -> list[str]:
    """The question's own words: text, help, the row of a table."""
    asked = reply.question
    rows = []
    if reply.row is not None:
        count = str(len(asked.rows))
        rows.append(scene.say("survey.row", number=str(reply.row_number), count=count, name=reply.row.text))
    return [fitted(asked.text, CARD_TEXT_UNITS) or " ", *([asked.help] if asked.help else []), *rows]


def _hints(reply: SurveyQuestion, scene: Scene) -> list[str]:
    asked = reply.question
    hints = []
    if asked.type in _HOW:
        hints.append(scene.say(_HOW[asked.type]))
    elif asked.type is QuestionType.DISTRICT and not asked.choices:
        hints.append(scene.say("survey.how_district"))
    if asked.unit:
        hints.append(scene.say("survey.unit", words=asked.unit))
    if asked.type in (QuestionType.MULTIPLE, QuestionType.RANKING) and asked.max is not None:
        hints.append(scene.say("survey.at_most", count=str(int(asked.max))))
    if asked.choices:
        hints.append(scene.say("survey.how_typed"))
    if reply.given:
        hints.append(scene.say("survey.given", words=fitted(reply.given, _QUOTED_ANSWER)))
    return hints


def _as_text(reply: SurveyQuestion, scene: Scene) -> str:
    """The question without a card: all of it can be answered in words."""
    choices = [_numbered(reply.question, number, one) for number, one in enumerate(reply.question.choices, 1)]
    lines = [_head(reply, scene), *_asked(reply, scene), *choices, *_hints(reply, scene)]
    return fitted("\n".join(lines), TEXT_UNITS)


def _numbered(asked: Question, number: int, choice: SurveyChoice) -> str:
    """With the number by which it can be typed; points of a scale carry their own."""
    shown = _number_of(asked, number, choice)
    return choice.text if choice.text.startswith(shown) else f"{shown}. {choice.text}"


def _number_of(asked: Question, number: int, choice: SurveyChoice) -> str:
    graded = asked.type in (QuestionType.SCALE, QuestionType.NPS)
    return choice.key if graded and choice.key.isascii() and choice.key.isdigit() else str(number)


def _body(reply: SurveyQuestion, scene: Scene) -> list[dict[str, Any]]:
    first, *rest = _asked(reply, scene)
    parts = [words(_head(reply, scene), soft=True), _bar(reply), words(first, strong=True)]
    parts += [words(line, soft=reply.row is None or line != rest[-1]) for line in rest]
    parts += [words(line, soft=True) for line in _hints(reply, scene)]
    return parts + _choices(reply)


def _bar(reply: SurveyQuestion) -> dict[str, Any]:
    share = max(1, min(100, round(100 * (reply.progress.number - 1) / max(1, reply.progress.total))))
    done = {
        "type": "box",
        "layout": "vertical",
        "contents": [],
        "width": f"{share}%",
        "height": "6px",
        "backgroundColor": "#0B5FA5",
    }
    return {
        "type": "box",
        "layout": "vertical",
        "contents": [done],
        "height": "6px",
        "backgroundColor": "#DDE5EC",
        "cornerRadius": "3px",
    }


def _choices(reply: SurveyQuestion) -> list[dict[str, Any]]:
    asked = reply.question
    boxes = [_choice(reply, number, one) for number, one in enumerate(asked.choices, 1)]
    if asked.type is not QuestionType.NPS:
        return boxes
    rows = [boxes[start : start + _A_ROW_OF_POINTS] for start in range(0, len(boxes), _A_ROW_OF_POINTS)]
    return [{"type": "box", "layout": "horizontal", "spacing": "sm", "contents": row} for row in rows]


def _choice(reply: SurveyQuestion, number: int, choice: SurveyChoice) -> dict[str, Any]:
    asked = reply.question
    argument = f"{reply.survey}/{asked.key}/{choice.key}" + (f"/{reply.row.key}" if reply.row else "")
    made = _press(choice.text, "survey-take", argument)
    if asked.type is QuestionType.NPS:
        return tappable(made, [words(choice.text) | {"align": "center"}])
    shown = _number_of(asked, number, choice)
    text = choice.text.removeprefix(shown).strip() or choice.text
    label = words(shown) | {"flex": 0, "color": "#0B5FA5", "weight": "bold"}
    return tappable(made, [label, words(text)])


def _press(text: str, verb: str, argument: str) -> dict[str, Any]:
    return _made(Choice(text, verb, argument, literal=True, shows=text))


def _made(choice: Choice) -> dict[str, Any]:
    return action(choice, None) or {}


def _picked(reply: SurveyQuestion, scene: Scene) -> str:
    """What was tapped so far."""
    chosen = [reply.question.choice(key) for key in reply.picks]
    texts = [one.text for one in chosen if one is not None]
    if reply.question.type is QuestionType.RANKING:
        texts = [scene.say("survey.rank", number=str(place), name=text) for place, text in enumerate(texts, 1)]
        return "\n".join((scene.say("survey.ranked"), *texts, scene.say("survey.rank_on")))
    return scene.say("survey.picked", "survey.pick_on", words="、".join(texts))


def _below(reply: SurveyQuestion) -> list[Choice]:
    """The buttons below: what the question's type offers, then the ways on and out."""
    number, asked = str(reply.survey), reply.question
    here = f"{number}/{asked.key}"
    offered: list[Choice] = []
    if reply.compact and reply.other is None:
        offered += [
            Choice("button.survey_done", "survey-done", here),
            Choice("button.survey_clear", "survey-clear", here),
        ]
    offered += _BY_TYPE.get(asked.type, ())
    if asked.type is QuestionType.DATE:
        offered.append(Choice("button.survey_date", "survey-date", here, opens="date"))
    if reply.keepable and not reply.picks:
        offered.append(Choice("button.survey_keep", "survey-keep", here))
    if not asked.required or reply.other is not None:
        offered.append(Choice("button.survey_skip", "survey-skip", here))
    if not reply.first or reply.picks:
        offered.append(Choice("button.survey_back", "survey-back", number))
    return [
        *offered,
        Choice("button.survey_later", "survey-later", number),
        Choice("button.survey_stop", "survey-stop", number),
    ]


_BY_TYPE: Final = {QuestionType.LOCATION: (PLACE,)}


def review(reply: SurveyReview, scene: Scene) -> _Made:
    """All answers with their numbers, and the buttons to send or change them."""
    number = str(reply.survey)
    lines = [_reviewed(position, *line, scene) for position, line in enumerate(reply.lines, 1)]
    ask = scene.say("survey.change" if reply.change else "survey.check")
    messages = [] if reply.change else [*_sections(reply.sections), *_pages(lines, scene)]
    keys = [Choice(str(one), "", literal=True) for one in range(1, len(lines) + 1)][:_REVIEW_CHOICES]
    buttons = [
        Choice("button.survey_send", "survey-send", number),
        *(keys if reply.change else [Choice("button.survey_change", "survey-change", number)]),
        Choice("button.survey_later", "survey-later", number),
        Choice("button.survey_stop", "survey-stop", number),
    ]
    return [*messages[: MESSAGES_PER_REQUEST - 1], text_message(ask)], buttons[:QUICK_REPLIES]


def _reviewed(position: int, asked: str, given: str, scene: Scene) -> str:
    text = fitted(" ".join(asked.split()), _QUOTED_QUESTION)
    return scene.say(
        "survey.reviewed",
        number=str(position),
        title=text,
        words=fitted(given, _QUOTED_ANSWER) or scene.say("survey.passed"),
    )


def _pages(lines: Sequence[str], scene: Scene) -> list[Message]:
    """The lines in as few messages as hold them; what is left over is only counted."""
    pages: list[list[str]] = [[scene.say("survey.review")]]
    for position, line in enumerate(lines):
        if units("\n".join((*pages[-1], line))) > TEXT_UNITS:
            if len(pages) == _REVIEW_MESSAGES:
                rest = scene.say("survey.more", count=str(len(lines) - position))
                return [*(text_message("\n".join(page)) for page in pages), text_message(rest)]
            pages.append([])
        pages[-1].append(line)
    return [text_message("\n".join(page)) for page in pages]


def thanks(reply: SurveyThanks, scene: Scene) -> _Made:
    """The thanks, or why the answers could not be taken after all."""
    if scene.values.get("refused"):
        return [text_message(scene.values["refused"])], MAIN
    said = [scene.say("survey.sent"), *([reply.words] if reply.words else [])]
    said.append(scene.say("survey.sent_anonymous" if reply.anonymous else "survey.sent_named"))
    return [text_message("\n".join(said))], MAIN


def invitation(
    survey_id: int, title: str, *, anonymous: bool, closes: datetime | None, settings: Settings
) -> list[Message]:
    """The message that asks friends to answer; the same for all of them."""
    values = city_values(settings)
    said = [lines(("survey.invited",)).format_map(values)]
    if closes is not None:
        said.append(lines(("survey.until",)).format(date=moment(closes)))
    said.append(lines(("survey.invited_anonymous" if anonymous else "survey.invited_free",)))
    number = str(survey_id)
    footer = [
        button(_made(Choice("button.survey_answer", "survey", number)), main=True),
        button(_made(Choice("button.survey_unsubscribe", "survey-unsubscribe", number))),
    ]
    body = [words(title, strong=True), *(words(one) for one in said)]
    return [card_message("\n".join((title, *said)), bubble(body, footer))]
