from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.staff.models import EndedSession, Staff
from tests.admin.conftest import Person
from tests.conftest import PASSWORD, Cast, FakeClock

AsPerson = Callable[[str], Person]
NEW = "another-long-phrase"


def staff(database: Database, name: str) -> Staff:
    with database.read() as session:
        one = session.scalars(select(Staff).where(Staff.email == f"{name}@machikoe.example")).one()
        session.expunge_all()
        return one


def change(database: Database, name: str, **values: object) -> None:
    with database.write() as session:
        one = session.scalars(select(Staff).where(Staff.email == f"{name}@machikoe.example")).one()
        for field, value in values.items():
            setattr(one, field, value)


def test_the_right_password_logs_in(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    response = as_person("anonymous").log_in("tanaka")
    assert response.status_code == 302
    assert response.location == "/"
    assert staff(database, "tanaka").last_login_at == clock()


@pytest.mark.parametrize(("name", "password"), [("tanaka", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_attempt_does_not_say_which_half_was_wrong(as_person: AsPerson, name: str, password: str) -> None:
    response = as_person("anonymous").log_in(name, password)
    assert response.status_code == 401
    assert "メールアドレスまたはパスワードが違います。" in response.text


def test_five_failures_lock_the_account_for_a_while(as_person: AsPerson, clock: FakeClock) -> None:
    person = as_person("anonymous")
    for _ in range(5):
        person.log_in("tanaka", "wrong")
    assert "ログインを止めています" in person.log_in("tanaka").text
    clock.advance(minutes=16)
    assert person.log_in("tanaka").status_code == 302


def test_a_closed_account_cannot_log_in_nor_go_on(as_person: AsPerson, database: Database) -> None:
    person = as_person("tanaka")
    change(database, "tanaka", active=False)
    assert person.get("/password").location == "/login?next=/password"
    assert person.log_in("tanaka").status_code == 401


def test_anonymous_is_sent_to_the_login_page_and_back(as_person: AsPerson) -> None:
    person = as_person("anonymous")
    assert person.get("/password").location == "/login?next=/password"
    response = person.post("/login", {"email": "tanaka@machikoe.example", "password": PASSWORD, "next": "/password"})
    assert response.location == "/password"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_login_never_leads_to_another_site(as_person: AsPerson, address: str) -> None:
    response = as_person("anonymous").post(
        "/login", {"email": "tanaka@machikoe.example", "password": PASSWORD, "next": address}
    )
    assert response.location == "/"


def test_logging_out_ends_this_session_and_copies_of_it(as_person: AsPerson, staff_app: Flask) -> None:
    here, elsewhere = as_person("tanaka"), as_person("tanaka")
    copied = Person(staff_app.test_client())
    cookie = here.client.get_cookie("machikoe_staff")
    assert cookie is not None
    copied.client.set_cookie("machikoe_staff", cookie.value)
    assert copied.get("/password").status_code == 200
    assert here.post("/logout").status_code == 302
    assert here.get("/password").status_code == 302
    assert copied.get("/password").status_code == 302
    assert elsewhere.get("/password").status_code == 200


def test_logging_out_everywhere_ends_every_session_of_the_person(as_person: AsPerson, database: Database) -> None:
    here, elsewhere, other = as_person("tanaka"), as_person("tanaka"), as_person("sato")
    assert here.post("/logout/everywhere").location == "/login"
    assert "すべての端末から" in here.get("/login").text
    assert [one.get("/password").status_code for one in (here, elsewhere, other)] == [302, 302, 200]
    with database.read() as session:
        assert session.scalars(select(AuditEntry.id).where(AuditEntry.action == "staff.logout_everywhere")).one()


def test_ended_sessions_are_forgotten_when_they_are_old(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    as_person("tanaka").post("/logout")
    clock.advance(hours=13)
    as_person("sato").post("/logout")
    with database.read() as session:
        assert len(session.scalars(select(EndedSession.key)).all()) == 1


@pytest.mark.parametrize("path", ["/logout", "/logout/everywhere"])
def test_nobody_logs_out_who_is_not_logged_in(as_person: AsPerson, path: str) -> None:
    assert as_person("anonymous").post(path).location.startswith("/login")


def test_a_session_ends_when_nobody_works_for_long(as_person: AsPerson, clock: FakeClock) -> None:
    person = as_person("tanaka")
    clock.advance(minutes=59)
    assert person.get("/password").status_code == 200
    clock.advance(minutes=59)
    assert person.get("/password").status_code == 200
    clock.advance(minutes=61)
    assert person.get("/password").status_code == 302
    assert "しばらく操作がなかったため" in person.get("/login").text


def test_polling_does_not_keep_a_session_alive(as_person: AsPerson, clock: FakeClock) -> None:
    person = as_person("tanaka")
    for _ in range(7):
        clock.advance(minutes=10)
        response = person.get("/password", headers={"X-Machikoe-Poll": "1"})
    assert response.status_code == 302


def test_no_session_lives_longer_than_a_working_day(as_person: AsPerson, clock: FakeClock) -> None:
    person = as_person("tanaka")
    for _ in range(25):
        clock.advance(minutes=30)
        response = person.get("/password")
    assert response.status_code == 302


def test_the_first_password_must_be_changed(as_person: AsPerson, database: Database) -> None:
    change(database, "tanaka", must_change_password=True)
    person = as_person("tanaka")
    other = as_person("tanaka")
    assert person.get("/healthz").status_code == 200
    fields = {"current": PASSWORD, "new": NEW, "repeated": NEW}
    assert person.post("/password", fields).status_code == 302
    assert not staff(database, "tanaka").must_change_password
    assert person.get("/password").status_code == 200
    assert other.get("/password").status_code == 302


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"current": "wrong", "new": "another-long-phrase", "repeated": "another-long-phrase"},
            "今のパスワードが違います",
        ),
        ({"current": PASSWORD, "new": "short", "repeated": "short"}, "12文字以上"),
        ({"current": PASSWORD, "new": PASSWORD, "repeated": PASSWORD}, "今と違うパスワード"),
        ({"current": PASSWORD, "new": NEW, "repeated": "other"}, "一致していません"),
        ({"current": PASSWORD, "new": "tanaka-tanaka-1", "repeated": "tanaka-tanaka-1"}, "メールアドレスを含む"),
        ({"current": PASSWORD, "new": "password1234567", "repeated": "password1234567"}, "推測されやすい"),
    ],
)
def test_a_bad_new_password_is_refused_in_words(as_person: AsPerson, fields: dict[str, str], words: str) -> None:
    response = as_person("tanaka").post("/password", fields)
    assert response.status_code == 200
    assert words in response.text


def test_posts_without_the_token_are_refused(staff_app: Flask) -> None:
    response = staff_app.test_client().post("/login", data={"email": "tanaka@machikoe.example", "password": PASSWORD})
    assert response.status_code == 400
    assert "画面を開き直して" in response.text


def test_logins_and_failures_are_in_the_audit_trail(as_person: AsPerson, database: Database, cast: Cast) -> None:
    person = as_person("anonymous")
    person.log_in("tanaka", "wrong")
    person.log_in("tanaka")
    with database.read() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.staff_id == cast.tanaka.id, AuditEntry.action.startswith("staff.login"))
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["staff.login_failed", "staff.login"]


def test_cookies_cannot_be_read_by_scripts(as_person: AsPerson) -> None:
    cookie = as_person("anonymous").log_in("tanaka").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
