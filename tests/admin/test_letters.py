"""Answers on paper: who may open, print and post them, and what the files say."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from feedback.answers import service
from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.letters.models import Letter
from feedback.opinions.intake import Sender
from feedback.opinions.rules import Channel, MatterStatus
from feedback.staff.rules import Actor
from tests.admin.answering import approver
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import BODY, POST, drafted

AsPerson = Callable[[str], Person]
NAME, STREET = "山田 太郎", "まちこえ市本町1丁目2番3号"


@pytest.fixture
def takahashi(database: Database, clock: FakeClock) -> Actor:
    return approver(database, clock())


def decided(
    database: Database, cast: Cast, chief: Actor, at: Any, *, method: Method = Method.LETTER
) -> tuple[int, int]:
    """A decided answer of 道路管理課; returns its matter's id and its own."""
    sender = Sender(name=NAME, contact=f"{STREET} 電話090-1234-5678")
    matter_id = write_opinion(database, at, channel=Channel.LETTER, sender=sender)
    with database.write() as session:
        answer = drafted(session, matter_id, actor=cast.tanaka, at=at, method=method)
        submit: dict[str, Any] = {"version": answer.version, "at": at, "reviewers": [chief.id]}
        service.submit(session, answer.id, actor=cast.tanaka, **submit)
        service.approve(session, answer.id, actor=chief, version=answer.version, at=at, post=POST)
        return matter_id, answer.id


def text_of(response: Any) -> list[str]:
    assert response.content_type == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.data)).pages]


def letter_of(database: Database, answer_id: int) -> Letter | None:
    with database.read() as session:
        letter = session.get(Letter, answer_id)
        session.expunge_all()
        return letter


def version_of(database: Database, answer_id: int) -> int:
    with database.read() as session:
        return session.get_one(Answer, answer_id).version


def test_a_letter_says_what_was_decided_to_whom_and_by_whom(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    tanaka, path = as_person("tanaka"), f"/matters/{matter_id}/answer/{answer_id}/letter"
    [sheet] = text_of(tanaka.get(f"{path}.pdf"))
    assert f"{NAME} 様" in sheet.replace("\u3000", " ")
    assert STREET in sheet
    assert "090-1234-5678" not in sheet
    assert "令和8年11月24日" in sheet
    assert "いただいたご意見への回答" in sheet
    assert BODY in sheet.replace("\n", "")
    assert "道路管理課" in sheet
    assert "（公印省略）" in sheet
    head = {"number": "まち道第12号", "title": "白線について", "dated_on": "2026-11-26", "with_seal": "1", "do": "save"}
    page = tanaka.post(path, head, follow_redirects=True).text
    assert "保存しました" in page
    assert page.count('src="data:image/png;base64,') == 1
    [sheet] = text_of(tanaka.get(f"{path}.pdf"))
    assert "まち道第12号" in sheet
    assert "白線について" in sheet
    assert "令和8年11月26日" in sheet
    assert "公印省略" not in sheet
    assert tanaka.post(path, head | {"number": "あ" * 61}, follow_redirects=True).text.count("60文字")


def test_letters_are_printed_and_posted_all_at_once(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    (first, one), (second, two) = (decided(database, cast, takahashi, clock()) for _ in range(2))
    tanaka = as_person("tanaka")
    page = tanaka.get("/dispatch").text
    assert "印刷待ち　2通" in page
    assert NAME not in page
    marked = [f"{answer_id}:{version_of(database, answer_id)}" for answer_id in (two, one)]
    opened = tanaka.post("/dispatch/print", {"answer": marked})
    assert opened.status_code == 303
    sheets = text_of(tanaka.get(opened.location))
    receipts = [f"R8-{matter_of(database, matter_id).submission_id:06}" for matter_id in (second, first)]
    assert [receipt in sheet for receipt, sheet in zip(receipts, sheets, strict=True)] == [True, True]
    letter = letter_of(database, one)
    assert letter is not None
    assert (letter.printed_at, letter.printed_by_id) == (clock(), cast.tanaka.id)
    assert "印刷済・発送待ち　2通" in tanaka.get("/dispatch").text
    sent = {"answer": marked, "posted_on": "2026-11-24"}
    refused = tanaka.post("/dispatch/posted", sent | {"posted_on": "2026-11-25"}, follow_redirects=True).text
    assert "未来" in refused
    assert matter_of(database, first).status is MatterStatus.APPROVING
    assert "2通の発送を記録しました" in tanaka.post("/dispatch/posted", sent, follow_redirects=True).text
    assert matter_of(database, first).status is MatterStatus.ANSWERED
    with database.read() as session:
        answer = session.get_one(Answer, one)
        assert (answer.state, answer.handed_over) == (AnswerState.SENT, "令和8年11月24日に郵送しました。")
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(first))).all()
    assert {"letter.printed", "answer.letter_shown", "answer.handed_over"} <= set(actions)
    page = tanaka.get("/dispatch").text
    assert "最近発送した手紙" in page
    assert "発送を待っている手紙はありません" in page


def test_one_that_somebody_changed_meanwhile_keeps_all_from_being_posted(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    (first, one), (_, two) = (decided(database, cast, takahashi, clock()) for _ in range(2))
    tanaka = as_person("tanaka")
    marked = [f"{one}:{version_of(database, one)}", f"{two}:{version_of(database, two)}"]
    with database.write() as session:
        service.take_back(session, two, actor=cast.tanaka, version=version_of(database, two), at=clock())
    page = tanaka.post("/dispatch/posted", {"answer": marked, "posted_on": "2026-11-24"}, follow_redirects=True).text
    assert "決裁の済んだ" in page
    assert matter_of(database, first).status is MatterStatus.APPROVING
    assert "選んでください" in tanaka.post("/dispatch/print", {}, follow_redirects=True).text
    assert "情報が足りません" in tanaka.post("/dispatch/print", {"answer": "x:1"}, follow_redirects=True).text


def test_a_changed_answer_has_to_be_printed_again(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    tanaka, path = as_person("tanaka"), f"/matters/{matter_id}/answer/{answer_id}/letter"
    assert tanaka.post(path, {"do": "print"}).location.endswith("letter.pdf")
    assert "印刷済・発送待ち" in tanaka.get(path).text
    with database.write() as session:
        common: dict[str, Any] = {"at": clock()}
        answer = session.get_one(Answer, answer_id)
        service.take_back(session, answer_id, actor=cast.tanaka, version=answer.version, **common)
        service.submit(
            session, answer_id, actor=cast.tanaka, version=answer.version, reviewers=[takahashi.id], **common
        )
        service.approve(session, answer_id, actor=takahashi, version=answer.version, post=POST, **common)
    assert "印刷待ち　1通" in tanaka.get("/dispatch").text


@pytest.mark.parametrize("name", ["sato", "suzuki", "kochi", "admin", "anonymous"])
def test_who_may_open_and_print_letters(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock, name: str
) -> None:
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    person, path = as_person(name), f"/matters/{matter_id}/answer/{answer_id}"
    reads = {"sato": 404, "suzuki": 200, "kochi": 200, "admin": 200, "anonymous": 302}[name]
    works = {"sato": 404, "suzuki": 403, "kochi": 303, "admin": 303, "anonymous": 302}[name]
    lists = {"sato": 200, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302}[name]
    for page in ("letter", "letter.pdf", "approval", "approval.pdf"):
        assert person.get(f"{path}/{page}").status_code == reads, page
    assert person.get("/dispatch").status_code == lists
    if lists == 200:
        assert (f"/matters/{matter_id}/answer" in person.get("/dispatch").text) == (name != "sato")
    assert person.get(f"/dispatch/letters.pdf?answer={answer_id}").status_code == (reads if name != "suzuki" else 403)
    assert person.post(f"{path}/letter", {"do": "print"}).status_code == works
    assert person.post("/dispatch/print", {"answer": f"{answer_id}:1"}).status_code == works
    letter = letter_of(database, answer_id)
    assert (letter is not None and letter.printed_at is not None) == (works == 303)
    if works != 303:
        posted = person.post("/dispatch/posted", {"answer": f"{answer_id}:3", "posted_on": "2026-11-24"})
        assert posted.status_code == works
        assert matter_of(database, matter_id).status is MatterStatus.APPROVING


def test_who_sees_no_personal_data_gets_neither_name_nor_street(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    suzuki, path = as_person("suzuki"), f"/matters/{matter_id}/answer/{answer_id}"
    [sheet] = text_of(suzuki.get(f"{path}/letter.pdf"))
    assert "ご意見をお寄せくださった方へ" in sheet
    assert "山田" not in sheet
    assert "本町" not in sheet
    history = "".join(text_of(suzuki.get(f"{path}/approval.pdf")))
    assert "表示していません" in history
    assert BODY not in history


def test_the_way_of_the_decision_is_a_file(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    path = f"/matters/{matter_id}/answer/{answer_id}/approval"
    history = "".join(text_of(as_person("tanaka").get(f"{path}.pdf")))
    for words in ("決裁履歴", "道路管理課", "起案・提出", "takahashi", "決裁済・発送待ち", BODY):
        assert words in history, words


def test_a_draft_is_no_letter_and_characters_that_cannot_be_printed_are_told(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock(), channel=Channel.LETTER)
    with database.write() as session:
        answer_id = drafted(session, matter_id, actor=cast.tanaka, at=clock(), method=Method.LETTER).id
    tanaka, path = as_person("tanaka"), f"/matters/{matter_id}/answer/{answer_id}"
    assert tanaka.get(f"{path}/letter.pdf").status_code == 302
    assert tanaka.get(f"/dispatch/letters.pdf?answer={answer_id}").status_code == 404
    assert tanaka.get("/dispatch/letters.pdf").status_code == 404
    matter_id, answer_id = decided(database, cast, takahashi, clock())
    path = f"/matters/{matter_id}/answer/{answer_id}/letter"
    page = tanaka.post(path, {"title": "😀について", "do": "save"}, follow_redirects=True).text
    assert "印刷できない文字があります（😀）" in page
    assert "〓について" in text_of(tanaka.get(f"{path}.pdf"))[0]
