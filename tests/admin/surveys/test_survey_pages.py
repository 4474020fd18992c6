"""Surveys in the admin: who may, from the first question to the results."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.surveys import queries, service
from feedback.surveys.models import Survey, SurveyLink, SurveyParticipation, SurveyResponse
from tests.admin.conftest import Person

AsPerson = Callable[[str], Person]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

VIEW = {"tanaka", "sato", "suzuki", "kochi", "admin"}
MANAGE = {"kochi", "admin"}
PAGES = {
    "/surveys": VIEW,
    "/surveys/new": MANAGE,
    "/surveys/poll": VIEW,
    "/surveys/poll/questions": MANAGE,
    "/surveys/poll/questions?at=q1": MANAGE,
    "/surveys/poll/ways": MANAGE,
    "/surveys/poll/settings": MANAGE,
    "/surveys/poll/plan": MANAGE,
    "/surveys/poll/try": MANAGE,
    "/surveys/poll/results": VIEW,
    "/surveys/poll/results?axis=q1&outside=1": VIEW,
    "/surveys/poll/results/q2": VIEW,
    "/surveys/poll/definition.yaml": VIEW,
    "/surveys/poll/files/codebook.csv": MANAGE,
    "/surveys/poll/files/answers.csv": MANAGE,
    "/surveys/poll/files/tables.xlsx?axis=q1": MANAGE,
    "/surveys/poll/files/report.docx?outside=1": MANAGE,
    "/surveys/poll/files/report.pdf": MANAGE,
    "/surveys/poll/paper": {"tanaka", "sato", "kochi", "admin"},
}
CHANGES = (
    "/surveys/new",
    "/surveys/poll/questions",
    "/surveys/poll/questions/q1",
    "/surveys/poll/questions/q1/check",
    "/surveys/poll/settings",
    "/surveys/poll/plan",
    "/surveys/poll/publish",
    "/surveys/poll/close",
    "/surveys/poll/remove",
    "/surveys/poll/links",
    "/surveys/poll/links/1",
)


def question(person: Person, key: str, **values: object) -> dict[str, object]:
    page = person.get(f"/surveys/poll/questions?at={key}").text
    was = re.search(r'name="was" value="(\w+)"', page)
    assert was
    return {"was": was[1], "do": "save", **values}


def begin(kochi: Person) -> None:
    """A survey of two questions, one branching to its end."""
    made = kochi.post("/surveys/new", {"source": "blank", "key": "poll", "title": "広報のアンケート"})
    assert made.status_code == 302
    kochi.post("/surveys/poll/questions", {"do": "add", "question": "q1", "type": "long_text"})
    kochi.post("/surveys/poll/questions/q2", question(kochi, "q2", type="long_text", text="ご意見をどうぞ。"))
    kochi.post(
        "/surveys/poll/questions/q1",
        question(
            kochi,
            "q1",
            type="single",
            text="広報紙を読みますか。",
            required="1",
            choice_key=["yes", ""],
            choice_text=["読む", "読まない"],
            choice_next=["end", ""],
            positive=["0"],
        ),
    )


def publish(kochi: Person) -> None:
    assert "公開しました" in kochi.post("/surveys/poll/publish", follow_redirects=True).text


def paper(person: Person, sheet: str, **typed: str) -> str:
    data = {f"a.{key}": value for key, value in typed.items()}
    return person.post("/surveys/poll/paper", {"sheet": sheet, **data}, follow_redirects=True).text


@pytest.mark.parametrize("name", ["tanaka", "suzuki", "kochi", "anonymous"])
def test_who_may_open_and_change_what(as_person: AsPerson, name: str) -> None:
    kochi = as_person("kochi")
    begin(kochi)
    publish(kochi)
    person = as_person(name)
    for path, allowed in PAGES.items():
        expected = 200 if name in allowed else 302 if name == "anonymous" else 403
        assert person.get(path).status_code == expected, path
    if name not in MANAGE:
        for path in CHANGES:
            assert person.post(path).status_code == (302 if name == "anonymous" else 403), path
    if name == "suzuki":
        assert person.post("/surveys/poll/paper").status_code == 403
        assert person.post("/surveys/poll/paper/take-back").status_code == 403


def test_a_survey_is_made_checked_published_changed_and_closed(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    begin(kochi)
    with database.read() as session:
        survey = service.survey_of(session, "poll")
        version = service.latest_version(session, survey)
        assert version is not None
        first = version.definition["questions"][0]
    assert first["next"] == {"yes": "end"}
    assert first["positive"] == ["yes"]
    assert [one["key"] for one in first["choices"]] == ["yes", "1"]
    checked = kochi.post("/surveys/poll/questions/q1/check", question(kochi, "q1", type="single", text=""))
    assert "質問文を入力してください。" in checked.text
    assert "この種類の質問には" not in checked.text
    publish(kochi)
    kochi.post("/surveys/poll/questions/q2", question(kochi, "q2", type="long_text", text="ほかにご意見は。"))
    page = kochi.get("/surveys/poll").text
    assert "第2版を編集中です" in page
    assert "質問文を「ご意見をどうぞ。」から変更しました。" in page
    assert "受付を終了しました" in kochi.post("/surveys/poll/close", follow_redirects=True).text


def test_questions_move_are_copied_and_come_back_after_deleting(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    begin(kochi)

    def keys() -> list[str]:
        with database.read() as session:
            version = service.latest_version(session, service.survey_of(session, "poll"))
            assert version is not None
            return [one["key"] for one in version.definition["questions"]]

    kochi.post("/surveys/poll/questions", {"do": "copy:q1"})
    assert keys() == ["q1", "q3", "q2"]
    kochi.post("/surveys/poll/questions", {"do": "up:q2"})
    assert keys() == ["q1", "q2", "q3"]
    gone = kochi.post("/surveys/poll/questions", {"do": "remove:q2"}).text
    assert keys() == ["q1", "q3"]
    removed = re.search(r'name="removed" value="([^"]+)"', gone)
    assert removed
    kochi.post(
        "/surveys/poll/questions",
        {"do": "restore", "place": "1", "removed": removed[1].replace("&#34;", '"')},
    )
    assert keys() == ["q1", "q2", "q3"]


def test_two_who_edit_one_question_are_told(as_person: AsPerson) -> None:
    kochi, admin = as_person("kochi"), as_person("admin")
    begin(kochi)
    old = question(kochi, "q2", type="long_text", text="河内の文")
    admin.post("/surveys/poll/questions/q2", question(admin, "q2", type="long_text", text="管理の文"))
    assert kochi.post("/surveys/poll/questions/q2", old).status_code == 409
    assert "管理の文" in kochi.get("/surveys/poll/questions?at=q2").text


def test_paper_is_typed_counted_once_and_taken_back(as_person: AsPerson, database: Database) -> None:
    kochi, tanaka = as_person("kochi"), as_person("tanaka")
    begin(kochi)
    publish(kochi)
    assert "保存しました" in paper(tanaka, "one", q1="２", q2="電話は090-1234-5678です")
    twice = paper(tanaka, "one", q1="２")
    assert "もう保存されています" in twice, re.findall("<p[^>]*>(.*?)</p>", twice)
    assert "まだ保存していません" in paper(tanaka, "two", q1="9")
    assert "白紙" in paper(tanaka, "three")
    saved = paper(tanaka, "four", q1="1")
    with database.read() as session:
        found = queries.results(session, service.survey_of(session, "poll")).as_json()
    assert found["responses"] == 2
    assert found["questions"]["q1"]["counts"] == {"yes": 1, "1": 1}
    number = re.search(r'name="response" value="(\d+)"', saved)
    assert number
    tanaka.post("/surveys/poll/paper/take-back", {"response": number[1]})
    results = tanaka.get("/surveys/poll/results?axis=q1").text
    assert "n=1（参考値）" in results
    words = tanaka.get("/surveys/poll/results/q2").text
    assert "090-1234-5678" not in words
    assert "〔電話番号〕" in words


def test_staff_answer_under_their_link_once_and_nothing_names_them(as_person: AsPerson, database: Database) -> None:
    kochi, tanaka = as_person("kochi"), as_person("tanaka")
    begin(kochi)
    kochi.post("/surveys/poll/settings", {"title": "職員アンケート", "anonymous": "1", "for_staff": "1"})
    publish(kochi)
    kochi.post("/surveys/poll/links", {"kind": "staff", "label": "庁内掲示板"})
    with database.read() as session:
        token = session.scalars(select(SurveyLink.token)).one()
    assert as_person("anonymous").get(f"/surveys/by/{token}").status_code == 302
    assert tanaka.post(f"/surveys/by/{token}", {"a.q2": "時間がない"}).status_code == 400
    assert "ありがとうございました" in tanaka.post(f"/surveys/by/{token}", {"a.q1": "1", "a.q2": "時間がない"}).text
    assert "すでにお答えいただいています" in tanaka.get(f"/surveys/by/{token}").text
    with database.read() as session:
        response = session.scalars(select(SurveyResponse)).one()
        assert (response.staff_id, response.submitted_at) == (None, None)
        assert len(session.scalars(select(SurveyParticipation)).all()) == 1
    kochi.post("/surveys/poll/links/1", {"active": "0"})
    assert as_person("sato").get(f"/surveys/by/{token}").status_code == 404


def test_a_trial_counts_nowhere_and_shows_the_way(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    begin(kochi)
    tried = kochi.post("/surveys/poll/try", {"a.q1": "yes", "a.q2": "書いても通りません"}).text
    assert "最後まで答えられました" in tried
    assert "書いても通りません" not in tried
    assert kochi.post("/surveys/poll/try", {}).status_code == 400
    with database.read() as session:
        assert queries.response_count(session, session.scalars(select(Survey.id)).one()) == 0


def test_shipped_definitions_files_and_copies_are_beginnings(as_person: AsPerson) -> None:
    import io

    kochi = as_person("kochi")
    assert kochi.post("/surveys/new", {"source": "template:event", "key": "ev"}).status_code == 302
    text = kochi.get("/surveys/ev/definition.yaml").data
    file = (io.BytesIO(text), "ev.yaml")
    made = kochi.post("/surveys/new", {"source": "file:", "file": file, "key": "ev2", "title": "写し"})
    assert made.status_code == 302
    assert kochi.post("/surveys/new", {"source": "copy:", "copy": "ev", "key": "ev3"}).status_code == 302
    assert kochi.post("/surveys/new", {"source": "blank", "key": "ev", "title": "同じ"}).status_code == 400
    bad = (io.BytesIO(b"questions: [\n"), "bad.yaml")
    assert "YAML として読めません" in kochi.post("/surveys/new", {"source": "file:", "file": bad, "key": "x"}).text
    assert kochi.post("/surveys/ev3/remove").status_code == 302
    assert kochi.get("/surveys/ev3").status_code == 404


def test_what_leaves_the_office_hides_small_cells_also_in_crossed_tables(as_person: AsPerson) -> None:
    kochi = as_person("kochi")
    begin(kochi)
    publish(kochi)
    for sheet, typed in enumerate(("1", "1", "2")):
        paper(kochi, str(sheet), q1=typed)
    inside = kochi.get("/surveys/poll/results?axis=profile:source").text
    outside = kochi.get("/surveys/poll/results?axis=profile:source&outside=1").text
    assert "66.7" in inside
    assert "66.7" not in outside
    assert '<td class="number">x</td>' in outside
