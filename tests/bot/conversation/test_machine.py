"""The machine by tables, and by any sequence of odd inputs: it never raises, and LINE takes what it says."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulator.validation.messages import check_reply
from bot.batch import AreaName
from bot.conversation import needs, step
from bot.conversation.actions import (
    Agree,
    ChooseArea,
    Comment,
    Erase,
    Join,
    Rate,
    Record,
    Refuse,
    Reopen,
    Withdraw,
)
from bot.conversation.facts import Facts, Opinion, SentAnswer
from bot.conversation.incoming import (
    Follow,
    Group,
    Incoming,
    Media,
    Place,
    Press,
    Sticker,
    Unfollow,
    Unsend,
    Words,
)
from bot.conversation.machine import VERBS
from bot.conversation.replies import Fate
from bot.conversation.state import IDLE, NEWEST, Flow, State, from_json, to_json
from bot.conversation.words import Command, read_word
from bot.messages import Scene, render
from feedback.config import Settings
from feedback.opinions.rules import MatterStatus
from feedback.ports import AreaScore, Reading

_KEYS = tuple(f"area{number}" for number in range(21))
_AREAS = {
    key: AreaName(key, f"分野{key}のとても長い名前・その他いろいろ", f"分野{key}の長い短い名前です") for key in _KEYS
}
_AT = 1_800_000_000
_OPEN = Opinion(id=7, open=True, candidates=_KEYS[:6])
_LATER = _AT + 600


def _reading(*, area: str | None = "area1", safety: str | None = None, chatter: str | None = None) -> Reading:
    scores = tuple(AreaScore(key, 0.2) for key in _KEYS[:5])
    return Reading("test", scores, area, safety=safety, chatter=chatter)


def _words(text: str) -> Words:
    return Words(text, read_word(text))


def _facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {"at": _AT, "reading": _reading(), "area_keys": _KEYS, "area_names": {"道路": "area3"}}
    return Facts(**(values | changes))


_COMMENTING = State(Flow.COMMENT, about=7, offered=("3",), until=_LATER)


def _rated(answer: SentAnswer = SentAnswer(3), **changes: Any) -> Facts:  # noqa: B008 (frozen)
    return _facts(referred=Opinion(7, open=False), answer=answer, **changes)


@pytest.mark.parametrize(
    ("state", "incoming", "facts", "actions", "flow", "fate"),
    [
        (IDLE, _words("道路の穴"), _facts(), [Record()], None, Fate.KEEP),
        (IDLE, _words("道路の穴"), _facts(reading=_reading(area=None)), [Record()], Flow.AREA, Fate.KEEP),
        (IDLE, _words("道路の穴"), _facts(newest=_OPEN, joinable=True), [Join()], None, Fate.KEEP),
        (IDLE, _words("道路の穴"), _facts(consented=False), [], Flow.CONSENT, Fate.HOLD),
        (IDLE, _words("道路の穴"), _facts(consented=False, refused=True), [], None, Fate.CLEAR),
        (IDLE, _words("やあ"), _facts(reading=_reading(chatter="greeting")), [], None, Fate.CLEAR),
        (IDLE, _words("はい"), _facts(reading=_reading(chatter="thanks")), [], None, Fate.CLEAR),
        (IDLE, _words("すべて消す"), _facts(reading=_reading(safety="self_harm")), [], Flow.ERASE, Fate.CLEAR),
        (IDLE, _words("やあ"), _facts(reading=_reading(chatter="unheard-of")), [Record()], None, Fate.KEEP),
        (IDLE, _words("同意する"), _facts(consented=False), [Agree()], None, Fate.CLEAR),
        (IDLE, _words("はい"), _facts(consented=False), [], None, Fate.CLEAR),
        (State(Flow.CONSENT, until=_LATER), _words("はい"), _facts(consented=False), [Agree()], None, Fate.CLEAR),
        (State(Flow.CONSENT, until=_LATER), _words("2"), _facts(consented=False), [Refuse()], None, Fate.CLEAR),
        (State(Flow.CONSENT, until=_AT - 1), _words("はい"), _facts(consented=False), [], None, Fate.CLEAR),
        (IDLE, Media("image"), _facts(), [Record()], Flow.ADDING, Fate.KEEP),
        (IDLE, Place(), _facts(newest=_OPEN, joinable=True), [Join()], None, Fate.KEEP),
        (IDLE, Sticker(), _facts(), [], None, Fate.CLEAR),
        (IDLE, Sticker(), _facts(newest=_OPEN, joinable=True), [Join()], None, Fate.KEEP),
        (
            State(Flow.ADDING, about=7, until=_LATER),
            _words("続きです"),
            _facts(referred=_OPEN),
            [Join()],
            Flow.ADDING,
            Fate.KEEP,
        ),
        (
            State(Flow.ADDING, about=7, until=_LATER),
            _words("続きです"),
            _facts(referred=Opinion(7, open=False)),
            [Record()],
            None,
            Fate.KEEP,
        ),
        (
            State(Flow.AREA, about=NEWEST, offered=_KEYS[:3], until=_LATER),
            _words("3"),
            _facts(newest=_OPEN),
            [ChooseArea("area2")],
            None,
            Fate.CLEAR,
        ),
        (
            State(Flow.AREA, about=NEWEST, offered=_KEYS[:3], until=_LATER),
            _words("道路"),
            _facts(newest=_OPEN),
            [ChooseArea("area3")],
            None,
            Fate.CLEAR,
        ),
        (IDLE, Press("area", 7, "area4"), _facts(referred=_OPEN), [ChooseArea("area4")], None, Fate.CLEAR),
        (IDLE, Press("area", 7, "nothing"), _facts(referred=_OPEN), [], None, Fate.CLEAR),
        (IDLE, Press("area", 7, "area4"), _facts(newest=_OPEN), [], None, Fate.CLEAR),
        (IDLE, Press("withdraw", 7), _facts(referred=_OPEN), [], Flow.WITHDRAW, Fate.CLEAR),
        (IDLE, Press("withdraw-yes", 7), _facts(referred=_OPEN), [Withdraw()], None, Fate.CLEAR),
        (IDLE, Press("helpful", 7, "3"), _rated(), [Rate(3, helpful=True)], None, Fate.CLEAR),
        (IDLE, Press("unhelpful", 7, "3"), _rated(), [Rate(3, helpful=False)], Flow.COMMENT, Fate.CLEAR),
        (IDLE, Press("unhelpful", 7, "3"), _rated(consented=False), [Rate(3, helpful=False)], None, Fate.CLEAR),
        (IDLE, Press("helpful", 7, "3"), _facts(referred=_OPEN), [], None, Fate.CLEAR),
        (IDLE, Press("helpful", None, "3"), _rated(), [], None, Fate.CLEAR),
        (IDLE, Press("reopen", 7, "3"), _rated(), [Reopen(3)], Flow.ADDING, Fate.CLEAR),
        (IDLE, Press("reopen", 7, "3"), _rated(SentAnswer(3, open=True, reopenable=False)), [], None, Fate.CLEAR),
        (IDLE, Press("reopen", 7, "3"), _rated(SentAnswer(3, reopenable=False)), [], None, Fate.CLEAR),
        (IDLE, Press("reopen", 7, "3"), _rated(consented=False), [], Flow.CONSENT, Fate.CLEAR),
        (_COMMENTING, _words("まだ暗いままです"), _rated(), [Comment(3)], None, Fate.CLEAR),
        (_COMMENTING, _words("ありがとう"), _rated(reading=_reading(chatter="thanks")), [Comment(3)], None, Fate.CLEAR),
        (_COMMENTING, _words("やめる"), _rated(), [], None, Fate.CLEAR),
        (_COMMENTING, _words("道路の穴"), _rated(at=_LATER + 1), [Record()], None, Fate.KEEP),
        (_COMMENTING, _words("道路の穴"), _facts(referred=_OPEN), [Record()], None, Fate.KEEP),
        (IDLE, Press("erase-yes"), _facts(), [], Flow.ERASE, Fate.CLEAR),
        (State(Flow.ERASE_SURE, until=_LATER), Press("erase-yes"), _facts(), [Erase()], None, Fate.CLEAR),
        (State(Flow.ERASE_SURE, until=_AT - 1), _words("はい"), _facts(), [], None, Fate.CLEAR),
    ],
)
def test_steps(
    state: State, incoming: Incoming, facts: Facts, actions: list[Any], flow: Flow | None, fate: Fate
) -> None:
    decided = step(state, incoming, facts)
    assert list(decided.actions) == actions
    assert decided.state.flow is flow
    assert decided.fate is fate


@pytest.mark.parametrize("safety", ["emergency", "self_harm", "abuse", "hazard", "threat"])
def test_emergencies_come_first_and_never_block_recording(safety: str) -> None:
    for facts in (_facts(reading=_reading(safety=safety)), _facts(consented=False, reading=_reading(safety=safety))):
        decided = step(IDLE, _words("今すぐ助けて"), facts)
        assert type(decided.replies[0]).__name__ == "Numbers"
        assert decided.fate in (Fate.KEEP, Fate.HOLD)


# Any sequence of anything

_TEXTS = st.text(max_size=60) | st.sampled_from(
    [
        "1",
        "２",
        "はい",
        "いいえ",
        "R8-000007",
        "道路",
        "👍",
        "",
        " ",
        "20代",
        "中央町",
        *(c.value for c in Command),
        "同意",
        "同意しない",
        "状況",
        "追加する",
        "取り下げる",
        "ちがう分野です",
        "やめる",
        "すべて消す",
        "プロフィール",
    ]
)
_ABOUT = st.none() | st.integers(min_value=1, max_value=2**31 - 1)
_INCOMING: st.SearchStrategy[Incoming] = st.one_of(
    _TEXTS.map(_words),
    st.builds(Media, st.sampled_from(["image", "video", "audio", "file"]), st.sampled_from(["", "a", "b"])),
    st.just(Place()),
    st.just(Sticker()),
    st.builds(
        Press,
        st.sampled_from(sorted(VERBS)) | st.text(max_size=5),
        _ABOUT,
        st.sampled_from(["", "area1", "11", "30s", "-1", "99999999999999999999", "中央"]) | st.text(max_size=5),
    ),
    st.builds(Follow, st.booleans()),
    st.just(Unfollow()),
    st.builds(Unsend, st.just("00" * 16)),
    st.just(Group()),
)
_OPINIONS = st.none() | st.builds(
    Opinion,
    id=st.integers(min_value=1, max_value=9),
    open=st.booleans(),
    withdrawn=st.booleans(),
    wordless=st.booleans(),
    candidates=st.lists(st.sampled_from([*_KEYS, "gone"]), max_size=6, unique=True).map(tuple),
)
_READINGS = st.builds(
    _reading,
    area=st.sampled_from([None, "area1", "gone"]),
    safety=st.sampled_from([None, None, None, "self_harm", "emergency", "new-kind"]),
    chatter=st.sampled_from([None, None, None, "greeting", "thanks", "test", "spam", "command", "other"]),
)
_FACTS = st.builds(
    Facts,
    at=st.integers(min_value=_AT, max_value=_AT + 5000),
    consented=st.booleans(),
    refused=st.booleans(),
    before=st.booleans(),
    reading=_READINGS,
    newest=_OPINIONS,
    joinable=st.booleans(),
    referred=_OPINIONS,
    answer=st.none()
    | st.builds(
        SentAnswer, st.integers(min_value=1, max_value=2**31 - 1), open=st.booleans(), reopenable=st.booleans()
    ),
    listed=st.lists(st.integers(min_value=1, max_value=99), max_size=5).map(tuple),
    held=st.integers(min_value=0, max_value=9),
    area_keys=st.sampled_from([(), _KEYS, _KEYS[:2]]),
    area_names=st.just({"道路": "area1"}),
    districts=st.lists(st.text(max_size=30), max_size=15).map(tuple),
    notice_version=st.sampled_from(["", "area1"]),
)


def _submission(number: int, *, area: str | None = "area1", text: str = "ことば\n👍" * 100) -> Any:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    status = list(MatterStatus)[number % len(MatterStatus)]
    matter = SimpleNamespace(
        number=1, urgent=number % 2 == 1, area_key=area, kind=None, department_id=1, text=text, status=status
    )
    second = SimpleNamespace(number=2, area_key=None, kind=None, department_id=2, text="", status=status)
    return SimpleNamespace(
        id=number, receipt_number=f"R8-{number:06d}", received_at=at, matters=[matter, second], erased_at=None
    )


@pytest.mark.parametrize("subject", [None, _submission(1), _submission(2, area=None)])
@given(inputs=st.lists(st.tuples(_INCOMING, _FACTS), max_size=8))
def test_any_sequence_is_answered_within_lines_limits(subject: Any, inputs: list[tuple[Incoming, Facts]]) -> None:
    state = IDLE
    for incoming, facts in inputs:
        needs(state, incoming)
        decided = step(state, incoming, facts)
        state = from_json(to_json(decided.state))
        assert state == decided.state if decided.state.flow else True
        scene = Scene(
            settings=Settings(city_name="と" * 40, contact_phone="000-0000-0000"),
            areas=_AREAS,
            departments={1: "とても長い名前の担当課" * 4},
            subject=subject,
            recorded=[_submission(number) for number in range(1, facts.held + 1)],
            listed=[_submission(number) for number in range(1, 6)],
            consented=facts.consented,
            values={"count": "3", "age": "30代", "district": "中央", "date": "いつか", "version": "1"},
        )
        messages = render(decided.replies, scene)
        if messages:
            assert check_reply({"replyToken": "token", "messages": messages}) == []


@given(_INCOMING, _FACTS)
def test_the_machine_is_pure(incoming: Incoming, facts: Facts) -> None:
    state = State(Flow.AREA, about=NEWEST, offered=("area1",), until=_LATER)
    assert step(state, incoming, facts) == step(state, incoming, facts)
    assert state == State(Flow.AREA, about=NEWEST, offered=("area1",), until=_LATER)
