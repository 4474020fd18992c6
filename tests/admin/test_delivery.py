"""How an answer reaches the citizen: pages of e-mails, and the sentence on the matter's page for every way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from admin.app import create_staff_app
from app.answer_mail import AnswerMailer
from app.reading import FixedReader
from bot.messages.answers import AnswerMessages
from feedback.answers import service
from feedback.answers.models import Answer
from feedback.answers.rules import Method
from feedback.answers.sending import Post
from feedback.config import Settings
from feedback.db import Database
from feedback.mails.models import AnswerMail
from feedback.mails.rules import MailState
from feedback.opinions.intake import Sender
from feedback.opinions.rules import Channel
from feedback.staff.rules import Actor
from tests.admin.answering import approver, line_matter
from tests.admin.conftest import FakeMedia, Person
from tests.admin.opinions import write_opinion
from tests.conftest import CHEAP_HASHER, Cast, FakeClock
from tests.feedback.answers.desk import KEYS, PlainMessages, drafted

AsPerson = Callable[[str], Person]
BY_MAIL = Post(KEYS, PlainMessages(), by_mail=True)
ADDRESS = "taro@citizen.example"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"mail_folder": tmp_path / "mail"})


@pytest.fixture
def takahashi(database: Database, clock: FakeClock) -> Actor:
    return approver(database, clock())


def decided(
    database: Database, cast: Cast, chief: Actor, clock: FakeClock, *, method: Method, contact: str | None = ADDRESS
) -> int:
    """A decided answer of 道路管理課; returns its matter's id."""
    channel = {Method.EMAIL: Channel.EMAIL, Method.LETTER: Channel.LETTER}.get(method, Channel.PHONE)
    matter_id = write_opinion(database, clock(), channel=channel, sender=Sender(contact=contact))
    with database.write() as session:
        answer = drafted(session, matter_id, actor=cast.tanaka, at=clock(), method=method)
        if method is Method.IN_PERSON:
            answer.handed_over = "11月24日に電話で伝えました"
        submit: dict[str, Any] = {"version": answer.version, "at": clock(), "reviewers": [chief.id]}
        session.flush()
        service.submit(session, answer.id, actor=cast.tanaka, **(submit | {"version": answer.version}))
        service.approve(session, answer.id, actor=chief, version=answer.version, at=clock(), post=BY_MAIL)
    return matter_id


def fields(database: Database, matter_id: int, **more: str) -> dict[str, str]:
    with database.read() as session:
        answer = session.query(Answer).where(Answer.matter_id == matter_id).one()
        return {"answer_id": str(answer.id), "version": str(answer.version), **more}


def set_mail(database: Database, matter_id: int, state: MailState, reason: str | None = None) -> None:
    with database.write() as session:
        answer_id = session.query(Answer.id).where(Answer.matter_id == matter_id).scalar()
        mail = session.get_one(AnswerMail, answer_id)
        mail.state, mail.reason, mail.settled_at = state, reason, mail.created_at


def test_an_email_is_followed_from_the_decision_to_the_mailbox_and_back(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock, settings: Settings
) -> None:
    matter_id = decided(database, cast, takahashi, clock, method=Method.EMAIL)
    tanaka, path = as_person("tanaka"), f"/matters/{matter_id}/answer"
    assert "電子メールを送信しています。" in tanaka.get(path).text
    assert "電子メールを送信しています。" in tanaka.get(f"/matters/{matter_id}").text
    AnswerMailer(database, settings, clock).run_once()
    assert "電子メールで送りました（2026/11/24 10:00）" in tanaka.get(f"/matters/{matter_id}").text
    page = tanaka.get(path).text
    assert "届かずに戻ってきたとき" in page
    back = fields(database, matter_id, reason="宛先不明")
    page = tanaka.post(f"{path}/mail/bounced", back, follow_redirects=True).text
    assert "戻ってきたことを記録しました" in page
    assert "届かずに戻ってきました。理由：宛先不明。" in page
    assert "届いていない電子メール　1通" in tanaka.get("/dispatch").text
    assert "届いていない電子メール" not in as_person("sato").get("/dispatch").text
    wrong = fields(database, matter_id, address="taro@citizen")
    assert "形が正しくありません" in tanaka.post(f"{path}/mail", wrong, follow_redirects=True).text
    again = fields(database, matter_id, address="jiro@citizen.example")
    page = tanaka.post(f"{path}/mail", again, follow_redirects=True).text
    assert "電子メールを送ります。" in page
    assert "jiro@citizen.example" not in page, "masked like every contact"
    AnswerMailer(database, settings, clock).run_once()
    assert "届いていない電子メール" not in tanaka.get("/dispatch").text


@pytest.mark.parametrize(("name", "status"), [("sato", 404), ("suzuki", 403), ("anonymous", 302)])
def test_who_may_not_send_mail(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock, name: str, status: int
) -> None:
    matter_id = decided(database, cast, takahashi, clock, method=Method.EMAIL)
    set_mail(database, matter_id, MailState.FAILED)
    person, path = as_person(name), f"/matters/{matter_id}/answer"
    for page in ("mail", "mail/bounced"):
        assert person.post(f"{path}/{page}", fields(database, matter_id)).status_code == status
    with database.read() as session:
        assert session.query(AnswerMail.state).scalar() is MailState.FAILED


def test_every_way_has_its_sentence(
    as_person: AsPerson, staff_app: Flask, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    tanaka = as_person("tanaka")

    def said(matter_id: int) -> str:
        return tanaka.get(f"/matters/{matter_id}").text

    def opinion(channel: Channel, **sender: Any) -> int:
        return write_opinion(database, clock(), channel=channel, sender=Sender(**sender))

    assert "回答はLINEで送ります。" in said(line_matter(staff_app, database, clock()))
    assert "返信を希望していません（回答不要）。" in said(opinion(Channel.PHONE, wants_reply=False))
    assert "回答は電子メールで送ります。" in said(opinion(Channel.EMAIL, contact=ADDRESS))
    assert "連絡先にメールアドレスがありません" in said(opinion(Channel.EMAIL))
    assert "回答は手紙で送ります。" in said(opinion(Channel.LETTER))
    assert "回答は電話や窓口で伝えます。" in said(opinion(Channel.PHONE, contact="090-1234-5678"))
    letter = decided(database, cast, takahashi, clock, method=Method.LETTER)
    assert "手紙の印刷を待っています。" in said(letter)
    told = decided(database, cast, takahashi, clock, method=Method.IN_PERSON)
    assert "電話や窓口で伝えました：11月24日に電話で伝えました" in said(told)
    unaddressed = decided(database, cast, takahashi, clock, method=Method.EMAIL, contact=None)
    assert "電子メールで送って、記録してください" in said(unaddressed)
    assert "送り先なし" in tanaka.get(f"/matters/{unaddressed}/answer").text
    mail = decided(database, cast, takahashi, clock, method=Method.EMAIL)
    for state, words in (
        (MailState.UNKNOWN, "電子メールが届いたか確認できません。"),
        (MailState.FAILED, "電子メールを送れませんでした。理由：宛先が受け付けられませんでした（550）。"),
    ):
        set_mail(database, mail, state, "宛先が受け付けられませんでした（550）")
        assert words in said(mail)


def test_without_a_mail_server_staff_send_it_themselves(
    settings: Settings, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock, media: FakeMedia
) -> None:
    app = create_staff_app(
        settings.model_copy(update={"mail_folder": None}),
        database,
        clock=clock,
        media=media,
        reader=FixedReader("roads"),
        messages=AnswerMessages(settings),
        hasher=CHEAP_HASHER,
    )
    matter_id = decided(database, cast, takahashi, clock, method=Method.EMAIL, contact=None)
    tanaka = Person(app.test_client())
    tanaka.log_in("tanaka")
    path = f"/matters/{matter_id}/answer"
    assert "電子メールで送り、送ったことを記録してください" in tanaka.get(path).text
    refused = tanaka.post(f"{path}/mail", fields(database, matter_id, address=ADDRESS), follow_redirects=True).text
    assert "電子メールを送る設定がありません" in refused
