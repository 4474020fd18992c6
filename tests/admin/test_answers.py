"""The pages of answers: who may open and change what, and the whole way of an answer through them."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from feedback.answers.models import Answer, AnswerTemplate, Deputy, TransferGuide
from feedback.answers.rules import AnswerState, Method
from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.links import service as links
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, MatterStatus
from feedback.outbox.models import OutboundMessage
from feedback.staff.rules import Actor
from tests.admin.answering import approver, line_matter
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import BODY, drafted

AsPerson = Callable[[str], Person]
EVERYBODY = ("tanaka", "sato", "suzuki", "kochi", "admin", "anonymous")


@pytest.fixture
def takahashi(database: Database, clock: FakeClock) -> Actor:
    return approver(database, clock())


@pytest.fixture
def matter_id(staff_app: Flask, database: Database, clock: FakeClock, takahashi: Actor) -> int:
    assert takahashi.id
    return line_matter(staff_app, database, clock())


@pytest.fixture
def answer_id(database: Database, matter_id: int, cast: Cast, clock: FakeClock) -> int:
    with database.write() as session:
        return drafted(session, matter_id, actor=cast.tanaka, at=clock()).id


def answer_of(database: Database, matter_id: int) -> Answer:
    with database.read() as session:
        answer = session.scalars(select(Answer).where(Answer.matter_id == matter_id)).one()
        session.expunge_all()
        return answer


def fields(database: Database, matter_id: int, **more: str | list[str]) -> dict[str, str | list[str]]:
    """What the form of the draft sends."""
    answer = answer_of(database, matter_id)
    return {
        "answer_id": str(answer.id),
        "version": str(answer.version),
        "matter_version": str(matter_of(database, matter_id).version),
        "body": BODY,
        "method": "line",
        **more,
    }


def test_an_answer_is_written_given_back_and_approved(
    as_person: AsPerson, database: Database, matter_id: int, takahashi: Actor
) -> None:
    tanaka, chief, path = as_person("tanaka"), as_person("takahashi"), f"/matters/{matter_id}/answer"
    first = {"version": "0", "matter_version": "1", "body": BODY, "method": "line", "do": "save"}
    assert "保存しました" in tanaka.post(path, first, follow_redirects=True).text
    submit: dict[str, str | list[str]] = {
        "do": "submit",
        "reviewer": ["", str(takahashi.id)],
        "comment": "お願いします",
    }
    assert "決裁に出しました" in tanaka.post(path, fields(database, matter_id, **submit), follow_redirects=True).text
    assert "決裁待ち" in chief.get("/approvals").text
    assert f'href="{path}"' in chief.get("/approvals").text
    back = fields(database, matter_id, do="return", to_position="0", comment="時期を書いてください")
    assert "差し戻しました" in chief.post(f"{path}/decide", back, follow_redirects=True).text
    page = tanaka.get(path).text
    assert "時期を書いてください" in page
    again = fields(database, matter_id, **submit) | {"body": f"{BODY}3月に終えます。"}
    tanaka.post(path, again)
    decided = chief.post(f"{path}/decide", fields(database, matter_id, do="approve"), follow_redirects=True).text
    assert "決裁しました" in decided
    assert "LINEへの送信：送信待ち" in decided
    assert matter_of(database, matter_id).status is MatterStatus.ANSWERED
    with database.read() as session:
        (message,) = session.scalars(select(OutboundMessage))
        assert (message.purpose, message.matter_id) == ("answer", matter_id)
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.staff_id == takahashi.id)).all()
    assert {"answer.returned", "answer.approved", "answer.viewed"} <= set(actions)
    assert "時期を書いてください" in chief.get(f"{path}/{answer_of(database, matter_id).id}/approval").text


def test_what_was_typed_stays_on_screen_when_it_is_refused(
    as_person: AsPerson, database: Database, matter_id: int, answer_id: int
) -> None:
    tanaka, path = as_person("tanaka"), f"/matters/{matter_id}/answer"
    stale = fields(database, matter_id, do="save") | {"version": "77", "body": "消えては困る文章"}
    response = tanaka.post(path, stale)
    assert response.status_code == 409
    assert "消えては困る文章" in response.text
    assert "ほかの人がこの回答案を変更しました" in response.text
    unready = fields(database, matter_id, do="submit", reviewer=[""]) | {"body": "消えては困る文章"}
    response = tanaka.post(path, unready)
    assert response.status_code == 400
    assert "消えては困る文章" in response.text
    assert answer_of(database, matter_id).body == BODY
    assert answer_id


def test_hints_come_while_typing_and_change_nothing(as_person: AsPerson, database: Database, matter_id: int) -> None:
    path = f"/matters/{matter_id}/answer/check"
    shown = as_person("tanaka").post(path, {"body": "はじめに。\n貴重なご意見をありがとうございます。{分野}"}).text
    assert "2行目" in shown
    assert "決まり文句" in shown
    assert "書き残し" in shown
    assert "気になるところはありません" in as_person("tanaka").post(path, {"body": "直しました。"}).text
    assert as_person("sato").post(path, {"body": "x"}).status_code == 404
    assert as_person("suzuki").post(path, {"body": "x"}).status_code == 403


PAGES = {
    "/matters/{m}/answer": {"tanaka": 200, "sato": 404, "suzuki": 200, "kochi": 200, "admin": 200, "anonymous": 302},
    "/matters/{m}/answer?personal=1": {
        "tanaka": 200,
        "sato": 404,
        "suzuki": 403,
        "kochi": 200,
        "admin": 200,
        "anonymous": 302,
    },
    "/matters/{m}/answer/{a}/approval": {
        "tanaka": 200,
        "sato": 404,
        "suzuki": 200,
        "kochi": 200,
        "admin": 200,
        "anonymous": 302,
    },
    "/matters/{m}/transfer": {"tanaka": 200, "sato": 404, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
    "/approvals": {"tanaka": 200, "sato": 200, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
    "/answer-templates": {"tanaka": 403, "sato": 403, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
    "/answer-templates/new": {"tanaka": 403, "sato": 403, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
    "/transfer-guides": {"tanaka": 403, "sato": 403, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
    "/transfer-guides/new": {"tanaka": 403, "sato": 403, "suzuki": 403, "kochi": 200, "admin": 200, "anonymous": 302},
}


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_may_open_which_page(as_person: AsPerson, matter_id: int, answer_id: int, name: str) -> None:
    person = as_person(name)
    for path, codes in PAGES.items():
        response = person.get(path.format(m=matter_id, a=answer_id))
        assert response.status_code == codes[name], path
        if codes[name] != 200:
            assert BODY not in response.text


@pytest.mark.parametrize(
    "page", ["", "/take-back", "/decide", "/sent", "/again", "/check", "/{a}/letter", "/{a}/approval"]
)
def test_a_department_reaches_nothing_of_anothers_answer(
    as_person: AsPerson, database: Database, matter_id: int, answer_id: int, clock: FakeClock, page: str
) -> None:
    own = write_opinion(database, clock(), area="environment")
    sato, page = as_person("sato"), page.format(a=answer_id)
    sent = fields(database, matter_id, do="approve", how="郵送")
    # Neither by the matter's own address nor by that of a matter that is theirs.
    for target in (matter_id, own):
        response = sato.get(f"/matters/{target}/answer{page}")
        if page.endswith(("letter", "approval")):
            assert response.status_code == 404
        else:
            response = sato.post(f"/matters/{target}/answer{page}", sent)
        assert BODY not in sato.get("/approvals").text
        if page != "/check" and target == own:
            assert response.status_code in {302, 404, 405, 409, 400}
        elif target == matter_id:
            assert response.status_code == 404
    answer = answer_of(database, matter_id)
    assert (answer.state, answer.body, answer.version) == (AnswerState.DRAFT, BODY, 1)
    with database.read() as session:
        assert session.scalars(select(Answer.id).where(Answer.matter_id == own)).all() == []


@pytest.mark.parametrize("page", ["", "/take-back", "/decide", "/sent", "/again"])
def test_who_only_reads_changes_nothing(
    as_person: AsPerson, database: Database, matter_id: int, answer_id: int, page: str
) -> None:
    sent = fields(database, matter_id, do="approve")
    assert as_person("suzuki").post(f"/matters/{matter_id}/answer{page}", sent).status_code == 403
    assert answer_id


def test_a_letter_is_there_after_the_decision_and_recorded_when_sent(
    as_person: AsPerson, database: Database, clock: FakeClock, takahashi: Actor, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock(), channel=Channel.LETTER)
    with database.write() as session:
        answer_id = drafted(session, matter_id, actor=cast.tanaka, at=clock(), method=Method.LETTER).id
    tanaka, chief, path = as_person("tanaka"), as_person("takahashi"), f"/matters/{matter_id}/answer"
    assert tanaka.get(f"{path}/{answer_id}/letter").status_code == 302
    submit = fields(database, matter_id, do="submit", reviewer=[str(takahashi.id)], method="letter")
    tanaka.post(path, submit)
    chief.post(f"{path}/decide", fields(database, matter_id, do="approve"))
    assert matter_of(database, matter_id).status is MatterStatus.APPROVING
    sheet = tanaka.get(f"{path}/{answer_id}/letter").text
    assert BODY in sheet
    assert "道路管理課" in sheet
    sent = fields(database, matter_id, how="11月24日に郵送")
    assert "発送を記録しました" in tanaka.post(f"{path}/sent", sent, follow_redirects=True).text
    assert matter_of(database, matter_id).status is MatterStatus.ANSWERED


def test_templates_are_filled_in_and_unknown_variables_refused(
    as_person: AsPerson, database: Database, matter_id: int
) -> None:
    kochi, tanaka = as_person("kochi"), as_person("tanaka")
    words = {"name": "お礼", "body": "{受付番号}について、{担当課}がお答えします。〔時期〕", "active": "y", "area": ""}
    refused = kochi.post("/answer-templates/new", words | {"body": "{氏名}様"})
    assert refused.status_code == 400
    assert "使えない差し込み" in refused.text
    assert kochi.post("/answer-templates/new", words).status_code == 302
    assert "同じ名前" in kochi.post("/answer-templates/new", words).text
    with database.read() as session:
        template = session.scalars(select(AnswerTemplate)).one()
    page = tanaka.get(f"/matters/{matter_id}/answer?template={template.id}").text
    assert "について、道路管理課がお答えします。〔時期〕" in page
    assert tanaka.post(f"/answer-templates/{template.id}", words).status_code == 403
    assert (
        "変えました"
        in kochi.post(f"/answer-templates/{template.id}", words | {"name": "変えました"}, follow_redirects=True).text
    )


def test_a_matter_is_handed_on_and_the_citizen_told(as_person: AsPerson, database: Database, matter_id: int) -> None:
    kochi, path = as_person("kochi"), f"/matters/{matter_id}/transfer"
    assert "移送先が登録されていません" in kochi.get(path).text
    kochi.post("/transfer-guides/new", {"name": "県土木事務所", "body": "{受付番号}は県が担当します。", "active": "y"})
    with database.read() as session:
        guide = session.scalars(select(TransferGuide)).one()
    assert "は県が担当します。" in kochi.get(f"{path}?guide={guide.id}").text
    sent = {"guide_id": str(guide.id), "version": "1", "body": "県が担当します。"}
    refused = as_person("tanaka").post(path, sent, follow_redirects=True).text
    assert "あなたの権限ではできません" in refused
    assert "案内を送ります" in kochi.post(path, sent, follow_redirects=True).text
    assert matter_of(database, matter_id).status is MatterStatus.TRANSFERRED
    with database.read() as session:
        assert session.scalars(select(OutboundMessage.purpose)).all() == ["transfer"]
    assert as_person("sato").post(path, sent).status_code == 404


def test_deputies_are_named_by_approvers_for_themselves(
    as_person: AsPerson, database: Database, cast: Cast, takahashi: Actor
) -> None:
    chief = as_person("takahashi")
    wanted = {"deputy_id": str(cast.tanaka.id), "from_on": "2026-11-24", "to_on": "2026-11-30"}
    assert as_person("tanaka").post("/approvals/deputies", wanted).status_code == 403
    assert "入力してください" in chief.post("/approvals/deputies", {}, follow_redirects=True).text
    assert "設定しました" in chief.post("/approvals/deputies", wanted, follow_redirects=True).text
    with database.read() as session:
        deputy = session.scalars(select(Deputy)).one()
    assert (deputy.absent_id, deputy.from_on) == (takahashi.id, date(2026, 11, 24))
    assert "田中 一郎" in chief.get("/approvals").text
    assert as_person("kochi").post(f"/approvals/deputies/{deputy.id}/end").status_code == 404
    assert "取り消しました" in chief.post(f"/approvals/deputies/{deputy.id}/end", follow_redirects=True).text


def test_citizens_words_on_an_answer_are_shown_masked(
    as_person: AsPerson, database: Database, matter_id: int, answer_id: int, clock: FakeClock
) -> None:
    from feedback.answers.models import AnswerRating

    with database.write() as session:
        answer = session.get_one(Answer, answer_id)
        answer.state, answer.sent_at = AnswerState.SENT, clock()
        session.get_one(Matter, matter_id).status = MatterStatus.ANSWERED
        rating = AnswerRating(answer_id=answer_id, helpful=False, comment="電話は090-1234-5678です", rated_at=clock())
        session.add(rating)
    page = as_person("tanaka").get(f"/matters/{matter_id}/answer").text
    assert "役に立たなかった" in page
    assert "090-1234-5678" not in page
    assert "090-1234-5678" in as_person("tanaka").get(f"/matters/{matter_id}/answer?personal=1").text


@pytest.fixture
def together(staff_app: Flask, database: Database, matter_id: int, cast: Cast, clock: FakeClock) -> list[int]:
    """Two more of the group of ``matter_id``: a letter, and another department's matter that the desk put there."""
    letter = write_opinion(database, clock(), text="白線を引き直してください。", channel=Channel.LETTER)
    foreign = write_opinion(
        database, clock(), text="側溝のにおいも気になります。", area="environment", channel=Channel.PHONE
    )
    with database.write() as session:
        links.group(session, [matter_id, letter, foreign], actor=cast.kochi, at=clock())
    return [letter, foreign]


def test_one_answer_serves_a_whole_group(
    as_person: AsPerson, database: Database, matter_id: int, together: list[int], takahashi: Actor
) -> None:
    letter, foreign = together
    tanaka, chief, path = as_person("tanaka"), as_person("takahashi"), f"/matters/{matter_id}/answer"
    page = tanaka.get(path).text
    assert f'id="member-{letter}" name="member" value="{letter}" checked' in page
    assert "側溝のにおい" not in page, "a clerk does not see the other department's matter"
    desk = as_person("kochi").get(path).text
    assert "の名前で、この回答を送りますか" in desk
    assert f'value="{foreign}" checked' not in desk
    data: dict[str, str | list[str]] = {
        "version": "0",
        "matter_version": str(matter_of(database, matter_id).version),
        "body": BODY,
        "method": "line",
        "do": "submit",
        "reviewer": [str(takahashi.id)],
        "shown": [str(letter)],
        "member": [str(letter)],
    }
    refused = tanaka.post(path, data | {"shown": [str(foreign)], "member": [str(foreign)]})
    assert refused.status_code == 400
    assert "まとめた案件が変わりました" in refused.text
    assert "決裁に出しました" in tanaka.post(path, data, follow_redirects=True).text
    assert "の回答案</a>（決裁中）でまとめて回答する予定です" in tanaka.get(f"/matters/{letter}/answer").text
    asked = chief.get(path).text
    assert "決裁して2人に回答する" in asked
    assert "手紙で発送する" in asked
    decided = chief.post(f"{path}/decide", fields(database, matter_id, do="approve"), follow_redirects=True).text
    assert "決裁しました。まとめた1件にも回答しました。" in decided
    assert matter_of(database, letter).status is MatterStatus.APPROVING
    assert matter_of(database, foreign).status is MatterStatus.ROUTED
    copy = answer_of(database, letter)
    sent = {"answer_id": str(copy.id), "version": str(copy.version), "how": "11月24日に郵送"}
    assert as_person("sato").post(f"/matters/{letter}/answer/sent", sent).status_code == 404
    assert "発送を記録しました" in tanaka.post(f"/matters/{letter}/answer/sent", sent, follow_redirects=True).text
    assert "回答済" in tanaka.get(path).text
    assert as_person("suzuki").get(path).status_code == 200
