from collections.abc import Iterable
from pathlib import Path

from pydantic import SecretStr

from app.checking import check_site
from app.installing import install
from bot.account import Finding
from feedback.config import Settings, ensure_keys, load_settings
from feedback.learning import files, service
from tests.conftest import NOW
from tests.databases import opened
from tests.feedback.learning.models import keep


def problems(settings: Settings, *, health_only: bool = False) -> dict[str, Finding]:
    return {found.subject: found for found in check_site(settings, health_only=health_only) if found.is_problem}


def installed(settings: Settings) -> Settings:
    with opened(settings.database) as database:
        install(database, settings, admin_email="it@city.example.jp", admin_name="情報 太郎")
    return settings


def test_a_finished_installation_lacks_nothing(settings: Settings) -> None:
    complete = settings.model_copy(
        update={"line_channel_secret": SecretStr("s"), "line_channel_access_token": SecretStr("t")}
    )
    assert problems(installed(complete)) == {}


def test_an_empty_folder_is_told_everything_it_lacks_and_how_to_get_it(tmp_path: Path) -> None:
    found = problems(load_settings({"MACHIKOE_DATA_DIR": str(tmp_path / "new")}))
    assert {"database", "keys", "LINE"} <= set(found)
    assert all(one.advice for one in found.values())


def test_the_health_check_looks_at_the_database_alone(settings: Settings) -> None:
    assert set(problems(settings, health_only=True)) == {"database"}
    assert problems(installed(settings), health_only=True) == {}


def test_a_database_that_does_not_answer_is_named_without_its_password(settings: Settings) -> None:
    url = "postgresql://machikoe:hush@127.0.0.1:1/machikoe"
    found = problems(settings.model_copy(update={"database_url": url}), health_only=True)["database"]
    assert "does not answer" in found.text
    assert "hush" not in found.text


def test_keys_that_others_can_read_are_a_problem(tmp_path: Path) -> None:
    settings, path = ensure_keys(load_settings({"MACHIKOE_DATA_DIR": str(tmp_path)}))
    assert path is not None
    assert "keys" not in problems(settings)
    path.chmod(0o644)
    assert f"chmod 600 {path}" in problems(settings)["keys"].advice


def test_addresses_and_cookies_must_fit_https(settings: Settings) -> None:
    found = problems(
        settings.model_copy(update={"public_url": "http://koe.example.jp", "staff_url": "https://koe.example.jp"})
    )
    assert {"public address", "staff cookies"} <= set(found)


def test_the_model_in_force_is_named_and_a_broken_one_is_a_problem(settings: Settings) -> None:
    def classifier(lines: Iterable[Finding]) -> Finding:
        return next(one for one in lines if one.subject == "classifier")

    installed(settings)
    assert classifier(check_site(settings)).text.endswith("works (the one that ships)")
    with opened(settings.database) as database:
        keep(database, files.folder(settings), "city-1")
        with database.write() as session:
            service.activate(session, settings, version="city-1", at=NOW, staff_id=None, force=False)
    found = classifier(check_site(settings))
    assert found.is_problem
    assert "読み込めません（ModelError）" in found.text
    assert "model activate" in found.advice
