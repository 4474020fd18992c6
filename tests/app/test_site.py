from pathlib import Path

import pytest

from app import migrating
from app.installing import install
from app.site import open_site
from feedback.config import SettingsError, ensure_keys, load_settings
from feedback.db import Database


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MACHIKOE_DATA_DIR", str(tmp_path))
    return tmp_path


def test_without_keys_the_first_step_is_named(data_dir: Path) -> None:
    assert data_dir.is_dir()
    with pytest.raises(SettingsError, match="machikoe init"):
        open_site()


def test_an_empty_database_is_not_opened(data_dir: Path) -> None:
    assert data_dir.is_dir()
    ensure_keys(load_settings())
    with pytest.raises(SettingsError, match="machikoe init"):
        open_site()


def test_an_installation_opens(data_dir: Path) -> None:
    settings, _ = ensure_keys(load_settings())
    database = Database(settings.database)
    install(database, settings, admin_email="it@city.example.jp", admin_name="情報 太郎")
    database.dispose()
    site = open_site()
    assert site.settings.data_dir == data_dir
    site.database.dispose()


def test_an_older_database_asks_for_the_upgrade(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_dir.is_dir()
    settings, _ = ensure_keys(load_settings())
    database = Database(settings.database)
    migrating.upgrade(database)
    database.dispose()
    monkeypatch.setattr(migrating, "head", lambda: "9999")
    with pytest.raises(SettingsError, match="machikoe db upgrade"):
        open_site()
