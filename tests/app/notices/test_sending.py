from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.notices.sending import NoticeSender
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import Invalid, NotAllowed
from feedback.notices import choosing, service
from feedback.notices.models import Notice
from feedback.notices.rules import ATTEMPTS, HookStyle, NoticeKind, NoticeState
from feedback.notices.texts import MatterLine, about_matters
from feedback.staff.models import Staff
from tests.app.servers import MailServer, Room, mail_server, room
from tests.conftest import NOW, Cast, FakeClock

WORDS = about_matters(NoticeKind.TODAY, [MatterLine(7, "R8-000007", "道路", "道路管理課", "　本日まで")])


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def chat() -> Iterator[Room]:
    with room() as found:
        yield found


@pytest.fixture
def site(settings: Settings, mail: MailServer) -> Settings:
    wanted: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.port,
        "smtp_security": "none",
        "smtp_from": "machikoe@city.example",
        "notice_webhooks": "http://127.0.0.1:",
        "staff_url": "https://staff.city.example",
    }
    return settings.model_copy(update=wanted)


@pytest.fixture
def sender(database: Database, site: Settings, clock: FakeClock) -> NoticeSender:
    return NoticeSender(database, site, clock)


def tell(database: Database, *people: int) -> None:
    with database.write() as session:
        service.tell_staff(session, people, kind=NoticeKind.TODAY, words=WORDS, now=NOW)


def add_room(database: Database, cast: Cast, site: Settings, url: str, style: HookStyle = HookStyle.SLACK) -> None:
    with database.write() as session:
        department_id = cast.tanaka.department_id or 0
        choosing.add_room(
            session,
            department_id=department_id,
            name="道路",
            style=style,
            url=url,
            allowed=site.notice_webhooks,
            keys=site.key_ring(),
            actor=cast.kochi,
            at=NOW,
        )
        session.flush()
        service.tell_rooms(session, department_id, kind=NoticeKind.TODAY, words=WORDS, now=NOW)


def states(database: Database) -> list[tuple[str, int, str | None]]:
    with database.read() as session:
        rows = session.execute(select(Notice.state, Notice.attempts, Notice.reason).order_by(Notice.id))
        return [(str(state), attempts, reason) for state, attempts, reason in rows]


def test_mail_arrives_with_a_link_and_no_citizens_words(
    database: Database, cast: Cast, sender: NoticeSender, mail: MailServer
) -> None:
    tell(database, cast.tanaka.id, cast.sato.id)
    assert sender.run_once() == 2
    assert sender.run_once() == 0
    assert states(database) == [("sent", 1, None)] * 2
    first = mail.got[0]
    assert first["To"] == "tanaka@machikoe.example"
    assert first["Subject"] == "【まちこえ】本日が回答期限の案件があります（1件）"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "https://staff.city.example/matters/7\r\n" in first.get_content()
    assert mail.connections == 1
    assert first["Message-ID"] != mail.got[1]["Message-ID"]


def test_a_sender_that_dies_leaves_the_message_to_another_under_the_same_id(
    database: Database, cast: Cast, sender: NoticeSender, mail: MailServer, clock: FakeClock
) -> None:
    tell(database, cast.tanaka.id)
    mail.hang_up = True
    sender.run_once()
    with database.write() as session:  # as kill -9 leaves it: handed over, but nobody wrote it down
        session.execute(update(Notice).values(state="sending", lease_until=clock() + service.LEASE, due_at=clock()))
    mail.hang_up = False
    assert sender.run_once() == 0
    clock.advance(minutes=4)
    assert sender.run_once() == 1
    assert len({one["Message-ID"] for one in mail.got}) == 1
    assert len(mail.got) == 2
    assert states(database)[0][:2] == ("sent", 2)


@pytest.mark.parametrize(("answer", "state"), [("450 later", "pending"), ("550 unknown", "failed")])
def test_what_the_server_refuses(
    database: Database, cast: Cast, sender: NoticeSender, mail: MailServer, answer: str, state: str
) -> None:
    mail.answers["tanaka@machikoe.example"] = answer
    tell(database, cast.tanaka.id, cast.sato.id)
    sender.run_once()
    found = states(database)
    assert found[0] == (state, 1, f"宛先が受け付けられませんでした（{answer[:3]}）")
    assert found[1][0] == "sent"


def test_a_server_out_of_reach_is_tried_later_and_in_the_end_given_up(
    database: Database, cast: Cast, sender: NoticeSender, clock: FakeClock
) -> None:
    sender.settings = sender.settings.model_copy(update={"smtp_port": 1})
    tell(database, cast.tanaka.id)
    for attempt in range(1, ATTEMPTS + 1):
        assert sender.run_once() == 1
        assert sender.run_once() == 0
        assert states(database)[0][:2] == ("failed" if attempt == ATTEMPTS else "pending", attempt)
        clock.advance(hours=3)
    assert sender.run_once() == 0
    with database.write() as session:
        notice_id = session.scalars(select(Notice.id)).one()
        assert service.send_again(session, notice_id, now=clock())
        assert not service.send_again(session, notice_id, now=clock())
    assert sender.run_once() == 1


def test_without_a_server_or_a_reader_nothing_waits_for_ever(
    database: Database, cast: Cast, sender: NoticeSender, mail: MailServer
) -> None:
    tell(database, cast.tanaka.id)
    with database.write() as session:
        session.get_one(Staff, cast.tanaka.id).active = False
    sender.run_once()
    sender.settings = sender.settings.model_copy(update={"smtp_host": ""})
    tell(database, cast.sato.id)
    sender.run_once()
    assert [state for state, *_ in states(database)] == ["cancelled"] * 2
    assert mail.got == []


@pytest.mark.parametrize("style", list(HookStyle))
def test_a_room_gets_its_form_of_message(
    database: Database, cast: Cast, sender: NoticeSender, site: Settings, chat: Room, style: HookStyle
) -> None:
    add_room(database, cast, site, chat.url, style)
    assert sender.run_once() == 1
    assert states(database) == [("sent", 1, None)]
    [got] = chat.got
    if style is HookStyle.SLACK:
        words = got["text"]
    else:
        [card] = got["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        words = "".join(block["text"] for block in card["content"]["body"])
    assert "R8-000007" in words
    assert "https://staff.city.example/matters/7" in words


@pytest.mark.parametrize(("status", "state"), [(500, "pending"), (429, "pending"), (404, "failed"), (302, "failed")])
def test_what_a_room_refuses(
    database: Database, cast: Cast, sender: NoticeSender, site: Settings, chat: Room, status: int, state: str
) -> None:
    chat.status = status
    add_room(database, cast, site, chat.url)
    sender.run_once()
    assert states(database) == [(state, 1, f"送り先が受け付けませんでした（{status}）")]


def test_an_address_that_is_no_longer_allowed_is_not_called(
    database: Database, cast: Cast, sender: NoticeSender, site: Settings, chat: Room
) -> None:
    add_room(database, cast, site, chat.url)
    sender.settings = site.model_copy(update={"notice_webhooks": "https://hooks.slack.com/"})
    sender.run_once()
    assert chat.got == []
    assert states(database)[0][0] == "cancelled"


def test_rooms_are_kept_sealed_and_by_the_desk_only(
    database: Database, cast: Cast, sender: NoticeSender, site: Settings, chat: Room
) -> None:
    add_room(database, cast, site, chat.url)
    with database.write() as session:
        [kept] = choosing.rooms(session)
        assert kept.department == "道路管理課"
        with pytest.raises(NotAllowed):
            choosing.delete_room(session, kept.id, actor=cast.tanaka, at=NOW)
        choosing.delete_room(session, kept.id, actor=cast.kochi, at=NOW)
    assert sender.run_once() == 0
    for url in ("ftp://127.0.0.1/x", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"):
        with pytest.raises(Invalid):
            add_room(database, cast, site, url)


def test_the_settled_are_forgotten_after_a_month(database: Database, cast: Cast, sender: NoticeSender) -> None:
    tell(database, cast.tanaka.id)
    sender.run_once()
    with database.write() as session:
        assert service.forget_old(session, now=NOW + timedelta(days=29)) == 0
        assert service.forget_old(session, now=NOW + timedelta(days=31)) == 1
        assert NoticeState.SENT not in session.scalars(select(Notice.state)).all()
