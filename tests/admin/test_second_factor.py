import base64
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from admin.app import create_staff_app
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.staff import second_factor, totp
from feedback.staff.models import Staff
from tests.admin.conftest import FakeMedia, Person
from tests.conftest import CHEAP_HASHER, PASSWORD, Cast, FakeClock

AsPerson = Callable[[str], Person]


def staff(database: Database, name: str = "tanaka") -> Staff:
    with database.read() as session:
        one = session.scalars(select(Staff).where(Staff.email == f"{name}@machikoe.example")).one()
        session.expunge_all()
        return one


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def secret(database: Database, settings: Settings, cast: Cast, clock: FakeClock) -> bytes:
    """tanaka has switched the second factor on."""
    made = totp.new_secret()
    with database.write() as session:
        typed = totp.code(made, totp.counter_at(clock()))
        second_factor.switch_on(
            session, actor=cast.tanaka, secret=made, typed=typed, at=clock(), keys=settings.key_ring()
        )
    clock.advance(minutes=5)
    return made


def current(secret: bytes, clock: FakeClock) -> str:
    return totp.code(secret, totp.counter_at(clock()))


def test_switching_it_on_takes_the_code_of_the_shown_secret(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    tanaka = as_person("tanaka")
    page = tanaka.get("/second-factor").text
    shown = re.findall(r'class="one-time">([A-Z2-7 ]+)<', page)
    assert 'src="data:image/svg+xml' in page
    assert tanaka.get("/second-factor").text.count(shown[0]) == 1
    secret = base64.b32decode(shown[0].replace(" ", ""))
    assert tanaka.post("/second-factor", {"code": "000000x"}).status_code == 400
    page = tanaka.post("/second-factor", {"code": current(secret, clock)}).text

    codes = re.findall(r"<code>([a-z0-9-]+)</code>", page)
    kept = staff(database)
    assert len(codes) == totp.RECOVERY_CODES
    assert kept.recovery_codes == [totp.recovery_hash(one) for one in codes]
    assert kept.totp_secret is not None
    assert shown[0].replace(" ", "") not in kept.totp_secret
    assert not any(one in tanaka.get("/second-factor").text for one in codes)
    assert "staff.second_factor_on" in actions(database)


def test_the_password_alone_opens_nothing(as_person: AsPerson, secret: bytes, clock: FakeClock) -> None:
    person = as_person("anonymous")
    assert person.log_in("tanaka").location == "/login/code"
    assert person.get("/").status_code == 302
    assert person.get("/login/code").status_code == 200
    assert person.post("/login/code", {"code": "12345"}).status_code == 401
    assert person.post("/login/code", {"code": current(secret, clock)}).location == "/"
    assert person.get("/").status_code == 200


def test_a_code_is_not_taken_twice(as_person: AsPerson, secret: bytes, clock: FakeClock) -> None:
    first, second = as_person("anonymous"), as_person("anonymous")
    for person, status in ((first, 302), (second, 401)):
        person.log_in("tanaka")
        assert person.post("/login/code", {"code": current(secret, clock)}).status_code == status


def test_a_recovery_code_opens_once(
    as_person: AsPerson, database: Database, settings: Settings, cast: Cast, clock: FakeClock
) -> None:
    made = totp.new_secret()
    with database.write() as session:
        codes = second_factor.switch_on(
            session, actor=cast.tanaka, secret=made, typed=current(made, clock), at=clock(), keys=settings.key_ring()
        )
    for status in (302, 401):
        person = as_person("anonymous")
        person.log_in("tanaka")
        assert person.post("/login/code", {"code": codes[0].upper()}).status_code == status
    assert len(staff(database).recovery_codes or []) == totp.RECOVERY_CODES - 1


def test_wrong_codes_lock_the_account_and_the_password_does_not_open_it_again(
    as_person: AsPerson, secret: bytes, clock: FakeClock
) -> None:
    for _ in range(5):
        person = as_person("anonymous")
        person.log_in("tanaka")
        assert person.post("/login/code", {"code": "wrong"}).status_code == 401
    assert "ログインを止めています" in as_person("anonymous").log_in("tanaka").text
    page = person.post("/login/code", {"code": current(secret, clock)})
    assert "ログインを止めています" in page.text


def test_the_second_step_waits_five_minutes(as_person: AsPerson, secret: bytes, clock: FakeClock) -> None:
    person = as_person("anonymous")
    person.log_in("tanaka")
    clock.advance(minutes=6)
    assert person.post("/login/code", {"code": current(secret, clock)}).location == "/login"
    assert as_person("anonymous").get("/login/code").location == "/login"


def test_switching_it_off_needs_a_code(
    as_person: AsPerson, database: Database, secret: bytes, clock: FakeClock
) -> None:
    person = as_person("anonymous")
    person.log_in("tanaka")
    person.post("/login/code", {"code": current(secret, clock)})
    assert person.post("/second-factor/off", {"code": current(secret, clock)}).status_code == 400
    clock.advance(minutes=1)
    assert person.post("/second-factor/off", {"code": current(secret, clock)}).status_code == 302
    assert staff(database).totp_secret is None
    assert as_person("tanaka").get("/").status_code == 200


@pytest.mark.parametrize(("name", "code"), [("admin", 302), ("kochi", 403), ("sato", 403), ("suzuki", 403)])
def test_only_the_administrator_takes_it_off_others(
    as_person: AsPerson, database: Database, cast: Cast, secret: bytes, name: str, code: int
) -> None:
    assert secret
    response = as_person(name).post(f"/staff/{cast.tanaka.id}/second-factor/reset")
    assert response.status_code == code
    assert (staff(database).totp_secret is None) is (code == 302)
    assert ("staff.second_factor_reset" in actions(database)) is (code == 302)


def test_a_role_may_have_to_use_it(
    settings: Settings, database: Database, clock: FakeClock, as_person: AsPerson
) -> None:
    strict = settings.model_copy(update={"second_factor_roles": "administrator, auditor"})
    app: Flask = create_staff_app(strict, database, clock=clock, media=FakeMedia(), hasher=CHEAP_HASHER)
    suzuki, tanaka = Person(app.test_client()), Person(app.test_client())
    assert suzuki.log_in("suzuki").status_code == tanaka.log_in("tanaka").status_code == 302
    assert suzuki.get("/").location == "/second-factor"
    assert "あなたの役割では" in suzuki.get("/second-factor").text
    assert suzuki.get("/password").status_code == 200
    assert tanaka.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/second-factor", "/second-factor/off"])
def test_nobody_sets_it_who_is_not_logged_in(as_person: AsPerson, path: str) -> None:
    assert as_person("anonymous").post(path, {"code": "123456"}).location.startswith("/login")


def test_failures_are_counted_for_accounts_nobody_has_and_for_an_address(as_person: AsPerson, clock: FakeClock) -> None:
    person = as_person("anonymous")
    for _ in range(5):
        assert "違います" in person.log_in("nobody").text
    assert "ログインを止めています" in person.log_in("nobody").text
    for number in range(45):
        person.log_in(f"nobody{number}")
    assert "ログインを止めています" in person.log_in("sato").text
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    fields = {"email": "sato@machikoe.example", "password": PASSWORD}
    assert person.post("/login", fields, **elsewhere).status_code == 302
    clock.advance(minutes=16)
    assert as_person("anonymous").log_in("sato").status_code == 302


def test_with_other_keys_recovery_codes_still_open_and_others_hear_why(
    as_person: AsPerson, database: Database, settings: Settings, cast: Cast, clock: FakeClock
) -> None:
    made, others = totp.new_secret(), KeyRing(data_keys=[b"x" * 32], lookup_key=b"y" * 32)
    with database.write() as session:
        typed = current(made, clock)
        codes = second_factor.switch_on(
            session, actor=cast.tanaka, secret=made, typed=typed, at=clock(), keys=settings.key_ring()
        )
        sealed = second_factor.seal(made, staff_id=cast.tanaka.id, keys=others)
        session.get_one(Staff, cast.tanaka.id).totp_secret = sealed
    clock.advance(minutes=5)
    person = as_person("anonymous")
    person.log_in("tanaka")
    refused = person.post("/login/code", {"code": current(made, clock)})
    assert refused.status_code == 401
    assert "鍵が変わったため" in refused.text
    assert person.post("/login/code", {"code": codes[0]}).status_code == 302
    refused = person.post("/second-factor/off", {"code": current(made, clock)})
    assert refused.status_code == 400
    assert "鍵が変わったため" in refused.text
    assert person.post("/second-factor/off", {"code": codes[1]}).status_code == 302
    assert staff(database).totp_secret is None
