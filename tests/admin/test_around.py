"""Presence, links, groups, mentions and files of notes on a matter's page: for whom, and what they say."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.notes.models import NoteFile
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.admin.test_pages import expected
from tests.conftest import Cast, FakeClock

AsPerson = Callable[[str], Person]
POSTS: dict[str, dict[str, Any]] = {
    "presence": {},
    "mentions/seen": {},
    "links": {"receipt": "R8-999999", "kind": "related"},
    "links/999/remove": {},
    "group": {},
    "ungroup": {},
}
READ = {"presence", "mentions/seen"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", ["tanaka", "sato", "suzuki", "kochi", "anonymous"])
def test_who_may_post(as_person: AsPerson, database: Database, clock: FakeClock, name: str, path: str) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    code = as_person(name).post(f"/matters/{matter_id}/{path}", POSTS[path]).status_code
    if name == "anonymous":
        assert code == 302
    elif name == "suzuki" and path not in READ:
        assert code == 403
    elif name == "sato" or path.endswith("remove"):
        assert code == 404
    else:
        assert code == (200 if path == "presence" else 302)


@pytest.mark.parametrize(("name", "code"), expected(others=200, sato=404))
def test_who_sees_what_stands_around(
    as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    assert as_person(name).get(f"/matters/{matter_id}/around").status_code == code


@pytest.mark.parametrize(("name", "code"), expected(others=200, sato=404, suzuki=403))
def test_who_completes_names(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    assert as_person(name).get(f"/matters/{matter_id}/mentionable").status_code == code


def test_two_people_at_one_matter_hear_of_each_other(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    address = f"/matters/{write_opinion(database, clock())}/presence"
    as_person("tanaka").post(address, {"editing": "1"})
    assert f"{cast.tanaka.name}さんが入力しています" in as_person("kochi").post(address).text
    assert f"{cast.kochi.name}さんがこの案件を開いています" in as_person("tanaka").post(address).text


def test_a_mention_is_told_and_a_missing_right_too(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock())
    words = {"text": "@田中 一郎 さん、@佐藤 花子 さん、確認をお願いします。"}
    page = as_person("kochi").post(f"/matters/{matter_id}/notes", words, follow_redirects=True).text
    assert f"{cast.tanaka.name}さんに知らせます" in page
    assert f"{cast.sato.name}さんはこの案件を見られないため" in page
    tanaka = as_person("tanaka")
    assert "data-row-link" in tanaka.get("/?tab=mentioned").text
    assert "data-row-link" not in as_person("sato").get("/?tab=mentioned").text
    assert "内部メモであなたを呼んでいます" in tanaka.post(f"/matters/{matter_id}/presence").text
    tanaka.post(f"/matters/{matter_id}/mentions/seen")
    assert "data-row-link" not in tanaka.get("/?tab=mentioned").text


def test_a_file_beside_a_note_is_for_those_who_see_the_matter(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    tanaka = as_person("tanaka")
    upload = {"text": "現地の図", "file": (io.BytesIO(b"%PDF-1.7"), "../図.pdf")}
    page = tanaka.post(
        f"/matters/{matter_id}/notes", upload, content_type="multipart/form-data", follow_redirects=True
    ).text
    assert "図.pdf" in page
    with database.read() as session:
        file_id = session.scalars(select(NoteFile.id)).one()
    response = tanaka.get(f"/matters/{matter_id}/notes/files/{file_id}")
    assert response.data == b"%PDF-1.7"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "メモのファイルの閲覧" in as_person("admin").get("/audit").text
    assert as_person("sato").get(f"/matters/{matter_id}/notes/files/{file_id}").status_code == 404
    upload = {"text": "危ない", "file": (io.BytesIO(b"<html>"), "図.pdf")}
    page = tanaka.post(
        f"/matters/{matter_id}/notes", upload, content_type="multipart/form-data", follow_redirects=True
    ).text
    assert "このファイルは付けられません" in page


def test_links_and_a_group_on_the_page(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    one, other = write_opinion(database, clock()), write_opinion(database, clock())
    tanaka = as_person("tanaka")
    receipt = tanaka.get(f"/matters/{other}").text.split("<h1>")[1][:9]
    said = tanaka.post(f"/matters/{one}/links", {"receipt": receipt, "kind": "follow_up"}, follow_redirects=True).text
    assert "案件をつなぎました" in said
    assert "この案件は次の案件の続き" in tanaka.get(f"/matters/{one}/around").text
    assert "この案件の続き" in tanaka.get(f"/matters/{other}/around").text
    assert "2件をまとめました" in tanaka.post(f"/matters/{one}/group", follow_redirects=True).text
    assert "一緒に回答する案件" in tanaka.get(f"/matters/{other}/around").text
    tanaka.post(f"/matters/{one}/ungroup")
    tanaka.post(f"/matters/{other}/links/{one}/remove")
    page = tanaka.get(f"/matters/{one}/around").text
    assert "つながりのある案件はありません" in page
    assert "一緒に回答する案件" not in page


def test_a_conflict_keeps_what_was_typed_and_shows_what_changed(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock())
    as_person("kochi").post(f"/matters/{matter_id}/urgent", {"version": "1", "urgent": "1"})
    fields = {"version": "1", "seen_step": "2", "due_on": "2026-12-25", "reason": "現地調査に時間がかかるため"}
    tanaka = as_person("tanaka")
    response = tanaka.post(f"/matters/{matter_id}/due", fields)
    assert response.status_code == 409
    for words in ("現地調査に時間がかかるため", "緊急の印を付けました", cast.kochi.name, 'value="2026-12-25"'):
        assert words in response.text
    assert tanaka.post(f"/matters/{matter_id}/due", {**fields, "version": "2"}).status_code == 302
    assert str(matter_of(database, matter_id).due_on) == "2026-12-25"
