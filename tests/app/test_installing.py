from concurrent.futures import ThreadPoolExecutor

from app import migrating
from app.installing import install
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.routing.service import desk_id
from feedback.staff import service as staff
from feedback.staff.attempts import origin
from feedback.staff.rules import Role
from tests.databases import opened


def test_a_new_city_can_log_in_and_route(settings: Settings) -> None:
    with opened(settings.database) as database:
        done = install(database, settings, admin_email="it@city.example.jp", admin_name="情報 太郎")
        assert migrating.current(database) == migrating.head()
        assert done.defaults > 40
        assert done.password
        with database.write() as session:
            email = "it@city.example.jp"
            source = origin(settings.key_ring(), email=email, address="127.0.0.1")
            signed = staff.sign_in(session, email=email, password=done.password, source=source, at=utc_now())
            assert desk_id(session)
        assert signed.staff is not None
        assert signed.staff.role is Role.ADMINISTRATOR
        assert signed.staff.must_change_password


def test_doing_it_again_adds_nothing_and_shows_no_password(settings: Settings, database: Database) -> None:
    again = install(database, settings, admin_email="other@city.example.jp", admin_name="別 人")
    assert (again.defaults, again.password) == (0, None)


def test_several_at_once_make_one_city(settings: Settings, blank_database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [
            threads.submit(install, blank_database, settings, admin_email="it@city.example.jp", admin_name="情報 太郎")
            for _ in range(4)
        ]
    assert sum(one.result().password is not None for one in made) == 1
