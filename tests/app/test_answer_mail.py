"""Answers by e-mail: really sent to a mail server on this machine, and never a second time without somebody's word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from app.answer_mail import AnswerMailer
from app.mail import compose
from feedback.answers import by_mail, service
from feedback.answers.models import Answer, ApprovalEvent
from feedback.answers.rules import AnswerState, ApprovalAction, Method
from feedback.answers.sending import Post
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import Invalid
from feedback.mails import queries
from feedback.mails import service as mails
from feedback.mails.models import AnswerMail
from feedback.mails.rules import MailState
from feedback.opinions.intake import Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.staff.rules import Actor
from tests.admin.answering import approver
from tests.admin.opinions import write_opinion
from tests.app.servers import MailServer, mail_server
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import BODY, KEYS, PlainMessages, drafted

ADDRESS = "taro@citizen.example"
BY_MAIL = Post(KEYS, PlainMessages(), by_mail=True)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def site(settings: Settings, server: MailServer) -> Settings:
    wanted: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
        "smtp_from": "machikoe@city.example",
        "city_name": "まちこえ市",
    }
    return settings.model_copy(update=wanted)


@pytest.fixture
def mailer(database: Database, site: Settings, clock: FakeClock) -> AnswerMailer:
    return AnswerMailer(database, site, clock)


@pytest.fixture
def chief(database: Database, clock: FakeClock) -> Actor:
    return approver(database, clock())


@pytest.fixture
def answer_id(database: Database, cast: Cast, chief: Actor, clock: FakeClock) -> int:
    return decided(database, cast, chief, clock)


def decided(
    database: Database, cast: Cast, chief: Actor, clock: FakeClock, *, contact: str = ADDRESS, post: Post = BY_MAIL
) -> int:
    """An answer by e-mail that has just been decided; returns its id."""
    sender = Sender(name="山田 太郎", contact=contact)
    matter_id = write_opinion(database, clock(), channel=Channel.EMAIL, sender=sender)
    with database.write() as session:
        answer = drafted(session, matter_id, actor=cast.tanaka, at=clock(), method=Method.EMAIL)
        decide(session, answer, cast, chief, clock, post=post)
        return answer.id


def decide(session: Any, answer: Answer, cast: Cast, chief: Actor, clock: FakeClock, *, post: Post = BY_MAIL) -> None:
    submit: dict[str, Any] = {"version": answer.version, "at": clock(), "reviewers": [chief.id]}
    service.submit(session, answer.id, actor=cast.tanaka, **submit)
    service.approve(session, answer.id, actor=chief, version=answer.version, at=clock(), post=post)


def mail_of(database: Database, answer_id: int) -> AnswerMail | None:
    with database.read() as session:
        mail = session.get(AnswerMail, answer_id)
        session.expunge_all()
        return mail


def state(database: Database, answer_id: int) -> tuple[MailState, AnswerState, MatterStatus]:
    with database.read() as session:
        mail, answer = session.get_one(AnswerMail, answer_id), session.get_one(Answer, answer_id)
        return mail.state, answer.state, session.get_one(Matter, answer.matter_id).status


def act(database: Database, answer_id: int, action: Any, actor: Actor, clock: FakeClock, **more: Any) -> None:
    with database.write() as session:
        version = session.get_one(Answer, answer_id).version
        action(session, answer_id, actor=actor, version=version, at=clock(), **more)


WAITING = (MailState.PENDING, AnswerState.APPROVED, MatterStatus.APPROVING)
OUT = (MailState.SENT, AnswerState.SENT, MatterStatus.ANSWERED)


def test_a_decided_answer_reaches_the_citizens_mailbox(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, chief: Actor
) -> None:
    assert state(database, answer_id) == WAITING
    assert mailer.run_once() == 1
    [message] = server.got
    assert message["To"] == ADDRESS
    assert message["From"] == "まちこえ市 <machikoe@city.example>"
    assert message["Auto-Submitted"] is None
    receipt = str(message["Subject"]).split("受付番号 ")[1].rstrip("）")
    body = message.get_content().replace("\r\n", "\n")
    assert body.startswith("山田 太郎　様\n")
    for words in (BODY, "道路管理課", f"受付番号：{receipt}", "送信専用"):
        assert words in body
    assert "白線が消えかかって" not in body, "the citizen's own words are not repeated"
    assert state(database, answer_id) == OUT
    with database.read() as session:
        answer = session.get_one(Answer, answer_id)
        assert answer.handed_over == "電子メールで送信しました。"
        event = session.scalars(select(ApprovalEvent).where(ApprovalEvent.action == ApprovalAction.SENT)).one()
        assert event.staff_id == chief.id
        assert "answer.mailed" in session.scalars(select(AuditEntry.action)).all()
    assert mailer.run_once() == 0
    assert len(server.got) == 1


def test_replies_go_where_the_city_reads_them(
    database: Database, site: Settings, clock: FakeClock, server: MailServer, answer_id: int
) -> None:
    AnswerMailer(database, site.model_copy(update={"answer_reply_to": "kocho@city.example"}), clock).run_once()
    assert answer_id
    assert server.got[0]["Reply-To"] == "kocho@city.example"
    assert "返信して、お問い合わせ" in server.got[0].get_content()


def test_a_refused_address_is_told_in_words_and_corrected(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, cast: Cast, clock: FakeClock
) -> None:
    server.answers[ADDRESS] = "550 no such user"
    with capture_logs() as logs:
        mailer.run_once()
    assert ADDRESS not in str(logs)
    assert state(database, answer_id) == (MailState.FAILED, AnswerState.APPROVED, MatterStatus.APPROVING)
    mail = mail_of(database, answer_id)
    assert mail is not None
    assert mail.reason == "宛先が受け付けられませんでした（550）"
    with database.read() as session:
        assert [one.state for one in queries.troubled(session, actor=cast.tanaka)] == [MailState.FAILED]
        assert queries.troubled(session, actor=cast.sato) == []
    with pytest.raises(Invalid, match="形が正しくありません"):
        act(database, answer_id, by_mail.send_again, cast.tanaka, clock, address="taro@citizen")
    act(database, answer_id, by_mail.send_again, cast.tanaka, clock, address="jiro@citizen.example")
    mailer.run_once()
    assert [one["To"] for one in server.got] == ["jiro@citizen.example"]
    assert state(database, answer_id) == OUT
    with database.read() as session:
        assert session.scalars(select(Submission.sender_contact)).one() == "jiro@citizen.example"


def test_what_a_server_puts_off_is_tried_again_later_and_given_up_in_the_end(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, clock: FakeClock
) -> None:
    server.answers[ADDRESS] = "450 come again"
    assert mailer.run_once() == 1
    assert mailer.run_once() == 0, "not at once"
    clock.advance(minutes=1)
    assert mailer.run_once() == 1
    assert state(database, answer_id) == WAITING
    for _ in range(10):
        clock.advance(hours=3)
        mailer.run_once()
    mail = mail_of(database, answer_id)
    assert mail is not None
    assert (mail.state, mail.attempts) == (MailState.FAILED, 8)
    assert server.got == []


def test_a_server_that_says_nothing_leaves_it_unknown_and_nobody_repeats_it(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, cast: Cast, clock: FakeClock
) -> None:
    server.hang_up = True
    mailer.run_once()
    clock.advance(hours=5)
    mailer.run_once()
    assert len(server.got) == 1
    assert state(database, answer_id) == (MailState.UNKNOWN, AnswerState.APPROVED, MatterStatus.APPROVING)
    server.hang_up = False
    act(database, answer_id, by_mail.send_again, cast.tanaka, clock)
    mailer.run_once()
    first, second = server.got
    assert first["Message-ID"] == second["Message-ID"], "so that mailboxes know the copy"
    assert state(database, answer_id) == OUT
    with pytest.raises(Invalid, match="送信済み"):
        act(database, answer_id, by_mail.send_again, cast.tanaka, clock)


@pytest.mark.parametrize(("handed", "expected", "copies"), [(False, MailState.SENT, 1), (True, MailState.UNKNOWN, 0)])
def test_a_killed_sender_loses_nothing_and_doubles_nothing(
    database: Database,
    mailer: AnswerMailer,
    server: MailServer,
    answer_id: int,
    clock: FakeClock,
    handed: bool,
    expected: MailState,
    copies: int,
) -> None:
    with database.write() as session:
        [claimed] = mails.claim(session, now=clock(), limit=5)
        if handed:
            assert mails.hand_over(session, claimed)
    assert mailer.run_once() == 0, "it is left to its sender"
    clock.advance(minutes=4)
    mailer.run_once()
    assert len(server.got) == copies
    mail = mail_of(database, answer_id)
    assert mail is not None
    assert mail.state is expected
    # The one believed dead wakes up: nothing of what it says counts any more.
    with database.write() as session:
        assert not mails.hand_over(session, claimed)
        by_mail.sent(session, claimed, now=clock())
    mail = mail_of(database, answer_id)
    assert mail is not None
    assert mail.state is expected


def test_taking_back_stops_a_mail_and_a_new_text_is_a_new_message(
    database: Database,
    mailer: AnswerMailer,
    server: MailServer,
    answer_id: int,
    cast: Cast,
    chief: Actor,
    clock: FakeClock,
) -> None:
    before = mail_of(database, answer_id)
    act(database, answer_id, service.take_back, cast.tanaka, clock)
    assert mailer.run_once() == 0
    act(database, answer_id, service.revise, cast.tanaka, clock, body=f"{BODY}3月です。", method=Method.EMAIL)
    with database.write() as session:
        decide(session, session.get_one(Answer, answer_id), cast, chief, clock)
    mailer.run_once()
    assert "3月です。" in server.got[0].get_content()
    assert before is not None
    assert str(before.message_id) not in server.got[0]["Message-ID"]
    assert state(database, answer_id) == OUT


def test_nothing_is_taken_back_while_it_is_being_sent(
    database: Database, mailer: AnswerMailer, answer_id: int, cast: Cast, clock: FakeClock
) -> None:
    with database.write() as session:
        mails.claim(session, now=clock(), limit=5)
    with pytest.raises(Invalid, match="送信しています"):
        act(database, answer_id, service.take_back, cast.tanaka, clock)
    with pytest.raises(Invalid, match="送信しています"):
        act(database, answer_id, service.handed_over, cast.tanaka, clock, how="自分で送った")
    clock.advance(minutes=4)
    mailer.run_once()
    assert state(database, answer_id) == OUT


def test_what_staff_sent_themselves_is_not_sent_again(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, cast: Cast, clock: FakeClock
) -> None:
    act(database, answer_id, service.handed_over, cast.tanaka, clock, how="課のメールで送りました")
    assert mailer.run_once() == 0
    assert server.got == []
    assert state(database, answer_id)[1:] == OUT[1:]


def test_after_an_erasure_nothing_goes_out(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, clock: FakeClock
) -> None:
    with database.write() as session:
        session.execute(update(Submission).values(erased_at=clock(), sender_contact=None, sender_name=None))
    mailer.run_once()
    assert server.got == []
    assert state(database, answer_id)[0] is MailState.CANCELLED


def test_without_a_mail_server_or_an_address_a_person_sends_it(
    database: Database, mailer: AnswerMailer, cast: Cast, chief: Actor, clock: FakeClock
) -> None:
    by_hand = decided(database, cast, chief, clock, post=Post(KEYS, PlainMessages()))
    by_phone = decided(database, cast, chief, clock, contact="090-1234-5678")
    assert mail_of(database, by_hand) is None
    assert mail_of(database, by_phone) is None
    with pytest.raises(Invalid, match="送り先"):
        act(database, by_phone, by_mail.send_again, cast.tanaka, clock)
    act(database, by_phone, by_mail.send_again, cast.tanaka, clock, address="hana@citizen.example")
    mailer.run_once()
    assert state(database, by_phone) == OUT


def test_a_mail_that_came_back_is_recorded_and_sent_elsewhere(
    database: Database, mailer: AnswerMailer, server: MailServer, answer_id: int, cast: Cast, clock: FakeClock
) -> None:
    with pytest.raises(Invalid, match="送信した電子メール"):
        act(database, answer_id, by_mail.bounced, cast.tanaka, clock, reason="宛先不明")
    mailer.run_once()
    act(database, answer_id, by_mail.bounced, cast.tanaka, clock, reason="宛先不明")
    assert state(database, answer_id) == (MailState.BOUNCED, AnswerState.SENT, MatterStatus.ANSWERED)
    act(database, answer_id, by_mail.send_again, cast.tanaka, clock, address="jiro@citizen.example")
    mailer.run_once()
    assert [one["To"] for one in server.got] == [ADDRESS, "jiro@citizen.example"]
    assert state(database, answer_id) == OUT


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_with_a_folder_each_mail_is_a_file(
    database: Database, settings: Settings, clock: FakeClock, tmp_path: Path, answer_id: int
) -> None:
    folder = tmp_path / "mail"
    AnswerMailer(database, settings.model_copy(update={"mail_folder": folder}), clock).run_once()
    assert state(database, answer_id) == OUT
    [file] = folder.glob("*.eml")
    assert ADDRESS.encode() in file.read_bytes()
    assert folder.stat().st_mode & 0o077 == 0


def test_an_old_address_of_a_telephone_is_no_error(settings: Settings, clock: FakeClock) -> None:
    message = compose(settings, to="taro..x.@phone.example", subject="件", body="文", message_id=uuid4(), at=clock())
    assert b"To: taro..x.@phone.example\r\n" in message.as_bytes()
