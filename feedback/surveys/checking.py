"""Everything that is wrong with a survey, in words for the person who made it. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from feedback.surveys.definition import (
    BRANCHING,
    END,
    LONGEST_LONG_TEXT,
    LONGEST_TEXT,
    OTHERWISE,
    WITH_CHOICES,
    WRITTEN,
    Choice,
    Definition,
    Question,
    QuestionType,
)
from feedback.surveys.rules import PIPE, successors

MOST_QUESTIONS: Final = 100
MOST_CHOICES: Final = 40
MOST_ROWS: Final = 20
LONGEST_TITLE: Final = 60
LONGEST_QUESTION: Final = 500
LONGEST_SECTION: Final = 2000
LONGEST_CHOICE: Final = 80
LANGUAGES: Final = frozenset(
    {"ja", "easy", "en", "zh", "zh-Hant", "ko", "vi", "pt", "tl", "ne", "id", "es", "my", "th"}
)
KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.IGNORECASE)
_QUESTION_KEY: Final = re.compile(r"\w[\w-]{0,39}")
_RESERVED: Final = (END, "title", "description", "thanks")
_CHOICE_KEY: Final = re.compile(r"[^\s{}:.*,&=]{1,40}")


def faults(definition: Definition) -> list[str]:
    """All faults, in the order of the survey; empty when it may be published."""
    found = list(_of_whole(definition))
    for number, question in enumerate(definition.questions, 1):
        name = f"{number}番目の質問（{question.key}）"
        found += [f"{name}：{words}" for words in _of_question(definition, number - 1)]
    return found + _unreachable(definition)


def _of_whole(definition: Definition) -> Iterator[str]:
    if not KEY.fullmatch(definition.key):
        yield "アンケートのキーは、半角の英数字・_・- で64文字までにしてください。"
    if not definition.title.strip():
        yield "題名を入力してください。"
    if len(definition.title) > LONGEST_TITLE:
        yield f"題名は{LONGEST_TITLE}文字までにしてください。"
    if len(definition.description) > LONGEST_SECTION or len(definition.thanks) > LONGEST_SECTION:
        yield f"説明とお礼の文は、それぞれ{LONGEST_SECTION:,}文字までにしてください。"
    if not definition.asked:
        yield "答えていただく質問がありません。"
    if len(definition.questions) > MOST_QUESTIONS:
        yield f"質問は{MOST_QUESTIONS}問までにしてください。"
    yield from _doubles([one.key for one in definition.questions], "質問のキー")
    yield from _of_times(definition)
    yield from _of_languages(definition)
    yield from _of_quotas(definition)


def _of_times(definition: Definition) -> Iterator[str]:
    if definition.opens and definition.closes and definition.opens >= definition.closes:
        yield "締切が、開始より前になっています。"
    if definition.limit is not None and definition.limit < 1:
        yield "回答の上限は1以上にしてください。"


def _of_languages(definition: Definition) -> Iterator[str]:
    if "ja" not in definition.languages:
        yield "言語には日本語（ja）を含めてください。"
    for language in definition.languages:
        if language not in LANGUAGES:
            yield f"言語「{language}」は使えません。"
    known = set(_addresses(definition))
    for language, words in definition.translations.items():
        for address in words.keys() - known:
            yield f"翻訳（{language}）の「{address}」に当たる文がありません。"


def _addresses(definition: Definition) -> Iterator[str]:
    yield from ("title", "description", "thanks")
    for question in definition.questions:
        yield from (question.key, f"{question.key}.help")
        yield from (f"{question.key}.choices.{one.key}" for one in question.choices)
        yield from (f"{question.key}.rows.{one.key}" for one in question.rows)


def _of_quotas(definition: Definition) -> Iterator[str]:
    for quota in definition.quotas:
        question = definition.question(quota.question)
        if question is None or question.type not in BRANCHING or question.choice(quota.choice) is None:
            yield f"定員の「{quota.question}」「{quota.choice}」に当たる選択肢がありません。"
        if quota.limit < 0:
            yield "定員は0以上にしてください。"


def _doubles(keys: Sequence[str], name: str) -> Iterator[str]:
    for key in sorted({one for one in keys if keys.count(one) > 1}):
        yield f"{name}「{key}」が二度使われています。"


def _of_question(definition: Definition, position: int) -> Iterator[str]:
    question = definition.questions[position]
    if not _QUESTION_KEY.fullmatch(question.key) or question.key in _RESERVED:
        yield f"キーは、文字・数字・_・- で40文字までにしてください（{'・'.join(_RESERVED)} は使えません）。"
    longest = LONGEST_SECTION if question.type is QuestionType.SECTION else LONGEST_QUESTION
    if not question.text.strip():
        yield "質問文を入力してください。"
    if len(question.text) > longest or len(question.help) > LONGEST_QUESTION:
        yield f"質問文は{longest:,}文字まで、補足は{LONGEST_QUESTION}文字までにしてください。"
    if question.image and not question.image.startswith("https://"):
        yield "画像は https:// で始まる住所で指定してください。"
    yield from _of_choices(question)
    yield from _of_bounds(question)
    yield from _of_next(definition, position)
    yield from _of_piping(definition, position)


def _of_choices(question: Question) -> Iterator[str]:
    if question.type in WITH_CHOICES and len(question.choices) < 2:
        yield "選択肢を2つ以上入れてください。"
    if question.choices and question.type not in WITH_CHOICES | {QuestionType.DISTRICT}:
        yield "この種類の質問には、選択肢を付けられません。"
    if bool(question.rows) != (question.type is QuestionType.MATRIX):
        yield "表の行（rows）は、表の質問にだけ、1つ以上入れてください。"
    if len(question.choices) > MOST_CHOICES or len(question.rows) > MOST_ROWS:
        yield f"選択肢は{MOST_CHOICES}個まで、表の行は{MOST_ROWS}行までにしてください。"
    yield from _of_list(question.choices, "選択肢")
    yield from _of_list(question.rows, "行")
    if sum(one.other for one in question.choices) > 1:
        yield "自由に書ける選択肢（その他）は一つだけにしてください。"
    for key in question.positive:
        if question.choice(key) is None:
            yield f"「計」に数える選択肢「{key}」がありません。"


def _of_list(choices: Sequence[Choice], name: str) -> Iterator[str]:
    for one in choices:
        if not _CHOICE_KEY.fullmatch(one.key):
            yield f"{name}のキー「{one.key}」に使えない文字があります。"
        if not one.text.strip() or len(one.text) > LONGEST_CHOICE:
            yield f"{name}「{one.key}」の言葉は、1～{LONGEST_CHOICE}文字にしてください。"
    yield from _doubles([one.key for one in choices], f"{name}のキー")
    yield from _doubles([one.text for one in choices], f"{name}")


def _of_bounds(question: Question) -> Iterator[str]:
    low, high = question.min, question.max
    if low is not None and high is not None and low > high:
        yield "最小が最大より大きくなっています。"
    if question.type in {QuestionType.MULTIPLE, QuestionType.RANKING}:
        most = len(question.choices)
        if (low is not None and not 0 <= low <= most) or (high is not None and not 1 <= high <= most):
            yield "選ぶ数の最小・最大が、選択肢の数に合いません。"
    longest = LONGEST_LONG_TEXT if question.type is QuestionType.LONG_TEXT else LONGEST_TEXT
    if question.type in WRITTEN and high is not None and not 1 <= high <= longest:
        yield f"文字数の上限は1～{longest:,}にしてください。"


def _of_next(definition: Definition, position: int) -> Iterator[str]:
    question = definition.questions[position]
    places = {one.key: number for number, one in enumerate(definition.questions)}
    yield from _doubles([key for key, _ in question.next], "分岐の条件")
    for key, target in question.next:
        if key != OTHERWISE and (question.type not in BRANCHING or question.choice(key) is None):
            yield f"分岐の条件「{key}」に当たる選択肢がありません。"
        if target == END:
            continue
        if target not in places:
            yield f"分岐の行き先「{target}」という質問がありません。"
        elif places[target] <= position:
            yield f"分岐の行き先「{target}」が、この質問より前にあります。後ろの質問を選んでください。"


def _of_piping(definition: Definition, position: int) -> Iterator[str]:
    question = definition.questions[position]
    before = {one.key for one in definition.questions[:position] if one.type is not QuestionType.SECTION}
    texts = [question.text, question.help, *(one.text for one in (*question.choices, *question.rows))]
    for key in sorted({match[1] for text in texts for match in PIPE.finditer(text)} - before):
        yield f"差し込み「{{{key}}}」は、これより前の質問のキーにしてください。"


def _unreachable(definition: Definition) -> list[str]:
    if not definition.questions:
        return []
    reached, open_ = set[int](), {0}
    while open_:
        position = open_.pop()
        reached.add(position)
        if position < len(definition.questions):
            open_ |= successors(definition, position) - reached
    return [
        f"{number}番目の質問（{one.key}）：どの答え方をしても、この質問にたどり着きません。"
        for number, one in enumerate(definition.questions, 1)
        if number - 1 not in reached
    ]
