"""init, doctor and db upgrade, as an operator meets them."""

import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import migrating
from feedback import keys
from feedback.config import KEY_FILE, load_settings
from feedback.staff.models import Staff
from tests.app.cli.conftest import Machikoe
from tests.databases import opened, postgres_database

ADMINISTRATORS = select(func.count()).select_from(Staff)


def password_in(said: str) -> str | None:
    found = re.search(r"One-time password: (\S+)", said)
    return found.group(1) if found else None


def installation(data_dir: Path) -> tuple[bytes, int]:
    with opened(load_settings().database) as database, database.read() as session:
        return (data_dir / KEY_FILE).read_bytes(), session.scalar(ADMINISTRATORS) or 0


def test_init_makes_everything_once_and_a_second_time_changes_nothing(machikoe: Machikoe, data_dir: Path) -> None:
    ran = machikoe("init", "--non-interactive", "--admin-email", "it@city.example.jp")
    assert (ran.status, ran.err) == (0, "")
    assert "Administrator: it@city.example.jp" in ran.out
    assert password_in(ran.out)
    assert migrating.head() in ran.out
    key_file = data_dir / KEY_FILE
    assert str(key_file) in ran.out
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    for line in key_file.read_text().splitlines()[1:]:
        assert line.split("=", 1)[1] not in ran.out
    before = installation(data_dir)

    again = machikoe("init", "--non-interactive")
    assert again.status == 0
    assert password_in(again.out) is None
    assert "0 departments" in again.out
    assert "Keys made" not in again.out
    assert installation(data_dir) == before


def test_init_asks_when_it_may(machikoe: Machikoe, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["kikaku@city.example.jp", "企画 花子"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: next(answers))
    assert "Administrator: kikaku@city.example.jp" in machikoe("init").out


def test_init_refuses_an_address_that_is_none(machikoe: Machikoe) -> None:
    ran = machikoe("init", "--non-interactive", "--admin-email", "nobody")
    assert ran.status == 1
    assert ran.err.startswith("machikoe: ")


def test_keys_given_by_the_environment_are_used_and_not_written(
    machikoe: Machikoe, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {name: keys.new_key() for name in ("DATA_KEY", "LOOKUP_KEY", "SECRET_KEY")}
    (tmp_path / "data_key").write_text(given["DATA_KEY"] + "\n")
    monkeypatch.setenv("MACHIKOE_DATA_KEY_FILE", str(tmp_path / "data_key"))
    monkeypatch.setenv("MACHIKOE_LOOKUP_KEY", given["LOOKUP_KEY"])
    monkeypatch.setenv("MACHIKOE_SECRET_KEY", given["SECRET_KEY"])
    ran = machikoe("init", "--non-interactive")
    assert ran.status == 0
    assert "Keys made" not in ran.out
    assert not (data_dir / KEY_FILE).exists()
    settings = load_settings()
    assert settings.data_key is not None
    assert settings.data_key.get_secret_value() == given["DATA_KEY"]


def test_init_makes_no_new_keys_for_a_database_that_has_others(machikoe: Machikoe, city_dir: Path) -> None:
    """New keys over old data would make every citizen a stranger and their LINE ids unreadable."""
    (city_dir / KEY_FILE).unlink()
    ran = machikoe("init", "--non-interactive")
    assert ran.status == 1
    assert "keys" in ran.err
    assert KEY_FILE in ran.err
    assert not (city_dir / KEY_FILE).exists()


def test_doctor_finds_what_is_missing_and_says_how_to_get_it(
    machikoe: Machikoe, city_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert city_dir.is_dir()
    ran = machikoe("doctor")
    assert ran.status == 1
    assert "[NG] LINE: MACHIKOE_LINE_CHANNEL_SECRET and MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN not set" in ran.out
    assert "→ LINE Developers console" in ran.out
    assert ran.out.count("[NG]") == 1

    monkeypatch.setenv("MACHIKOE_LINE_CHANNEL_SECRET", "hush-secret")
    monkeypatch.setenv("MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN", "hush-token")
    ran = machikoe("doctor")
    assert (ran.status, "[NG]" in ran.out) == (0, False)
    assert "hush" not in ran.out


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the classifier takes seconds; where nothing depends on it, it is not there."""
    monkeypatch.setenv("MACHIKOE_MODEL_DIR", str(tmp_path / "none"))


@pytest.mark.usefixtures("no_model")
def test_doctor_tells_of_keys_that_others_can_read_and_of_a_model_that_is_not_there(
    machikoe: Machikoe, city_dir: Path
) -> None:
    (city_dir / KEY_FILE).chmod(0o640)
    ran = machikoe("doctor")
    assert f"→ chmod 600 {city_dir / KEY_FILE}" in ran.out
    assert "[NG] classifier" in ran.out
    assert "MACHIKOE_MODEL_DIR" in ran.out


def test_doctor_for_health_checks_looks_at_the_database_alone(machikoe: Machikoe, city_dir: Path) -> None:
    assert machikoe("doctor", "--health").status == 0
    (city_dir / "machikoe.sqlite3").unlink()
    ran = machikoe("doctor", "--health")
    assert ran.status == 1
    assert ran.out.count("[") == 1


@pytest.mark.usefixtures("no_model")
def test_doctor_makes_nothing_where_nothing_is(machikoe: Machikoe, data_dir: Path) -> None:
    ran = machikoe("doctor")
    assert ran.status == 1
    assert "[NG] keys" in ran.out
    assert not data_dir.exists()


@pytest.mark.usefixtures("no_model")
def test_doctor_reads_the_citys_own_emergency_numbers(
    machikoe: Machikoe, city_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = city_dir / "numbers.toml"
    monkeypatch.setenv("MACHIKOE_EMERGENCY_FILE", str(path))
    assert "[NG] emergency numbers" in machikoe("doctor").out
    path.write_text('[contact]\ncalls = [{number = "119", name = "消防"}]\n')
    assert "[OK] emergency numbers" in machikoe("doctor").out


def test_upgrade_brings_a_database_to_the_newest_migration(machikoe: Machikoe, data_dir: Path) -> None:
    head = migrating.head()
    assert machikoe("db", "upgrade").out == f"Database: empty → {head}\n"
    assert machikoe("db", "upgrade").out == f"Database: {head} → {head}\n"
    assert (data_dir / "machikoe.sqlite3").exists()


def test_a_revision_nobody_knows_is_told(machikoe: Machikoe) -> None:
    ran = machikoe("db", "upgrade", "--revision", "9999")
    assert ran.status == 1
    assert "9999" in ran.err
    assert "Traceback" not in ran.err


def test_init_works_on_a_database_that_was_only_migrated(machikoe: Machikoe) -> None:
    machikoe("db", "upgrade")
    ran = machikoe("init", "--non-interactive")
    assert ran.status == 0
    assert password_in(ran.out)


@pytest.mark.postgres
def test_init_works_on_postgresql(machikoe: Machikoe, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres_database() as url:
        monkeypatch.setenv("MACHIKOE_DATABASE_URL", url.render_as_string(hide_password=False))
        ran = machikoe("init", "--non-interactive")
        assert ran.status == 0
        assert password_in(ran.out)
        with opened(url) as database:
            assert migrating.current(database) == migrating.head()
