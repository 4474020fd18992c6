import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from feedback import keys
from feedback.config import KEY_FILE, SettingsError, ensure_keys, load_settings


def env(folder: Path, **more: str) -> dict[str, str]:
    return {"MACHIKOE_DATA_DIR": str(folder), "PATH": "/usr/bin"} | {f"MACHIKOE_{k}": v for k, v in more.items()}


def test_without_anything_set_the_data_lie_beside_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.data_dir == tmp_path / ".data"
    assert settings.database == f"sqlite:///{tmp_path}/.data/machikoe.sqlite3"
    assert settings.media_dir == tmp_path / ".data" / "media"
    assert settings.timezone.key == "Asia/Tokyo"


def test_the_data_folder_is_made_absolute_and_knows_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load_settings({"MACHIKOE_DATA_DIR": "here"}).data_dir == tmp_path / "here"
    assert load_settings({"MACHIKOE_DATA_DIR": "~/there"}).data_dir == tmp_path / "home" / "there"


def test_a_database_url_wins_over_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings(env(tmp_path, DATABASE_URL="postgresql://db/machikoe"))
    assert settings.database == "postgresql://db/machikoe"


def test_an_empty_variable_means_the_default(tmp_path: Path) -> None:
    assert load_settings(env(tmp_path, SUBMISSION_QUIET_SECONDS="")).submission_quiet_seconds == 60


def test_all_problems_are_told_together_and_name_their_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            env(
                tmp_path,
                SUBMISSION_QUIET_SECONDS="soon",
                PUBLIC_URL="machikoe.example.jp",
                DATA_KEY="short",
                CITY="まち",
                LINE_CHANNEL_SECRET_FILE=str(tmp_path / "absent"),
            )
        )
    for name in ("SUBMISSION_QUIET_SECONDS", "PUBLIC_URL", "DATA_KEY", "CITY", "LINE_CHANNEL_SECRET_FILE"):
        assert f"- MACHIKOE_{name}: " in str(caught.value)


def test_a_problem_never_repeats_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(env(tmp_path, DATA_KEY="c2VjcmV0LXdvcmRz"))
    assert "c2VjcmV0LXdvcmRz" not in str(caught.value)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from-the-file\n")
    settings = load_settings(env(tmp_path, LINE_CHANNEL_SECRET_FILE=str(path)))
    assert settings.line_channel_secret.get_secret_value() == "from-the-file"


def test_settings_that_end_in_file_are_themselves(tmp_path: Path) -> None:
    assert load_settings(env(tmp_path, EMERGENCY_FILE="/etc/numbers.toml")).emergency_file == Path("/etc/numbers.toml")


def test_variables_of_the_tests_are_no_settings(tmp_path: Path) -> None:
    assert load_settings(env(tmp_path, TEST_POSTGRES_URL="postgresql://x/y")).database_url == ""


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load_settings(env(tmp_path, LINE_CHANNEL_SECRET="hush", DATA_KEY=keys.new_key()))
    assert "hush" not in repr(settings)


def test_addresses_lose_their_last_slash(tmp_path: Path) -> None:
    assert load_settings(env(tmp_path, PUBLIC_URL="https://koe.example.jp/")).public_url == "https://koe.example.jp"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load_settings(env(tmp_path))
    with pytest.raises(ValidationError):
        settings.city_name = "よその市"  # type: ignore[misc]


def test_keys_are_made_once_in_a_file_only_the_owner_reads(tmp_path: Path) -> None:
    made, path = ensure_keys(load_settings(env(tmp_path)))
    assert path == tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again, nothing = ensure_keys(load_settings(env(tmp_path)))
    assert nothing is None
    assert again.data_key == made.data_key
    ring = made.key_ring()
    assert again.key_ring().decrypt(ring.encrypt(b"x", purpose=b"p"), purpose=b"p") == b"x"


def test_two_that_start_at_once_end_up_with_the_same_keys(tmp_path: Path) -> None:
    before = [load_settings(env(tmp_path)) for _ in range(2)]
    (first, written), (second, nothing) = (ensure_keys(settings) for settings in before)
    assert (written, nothing) == (tmp_path / KEY_FILE, None)
    assert first.data_key == second.data_key == load_settings(env(tmp_path)).data_key


def test_only_the_missing_keys_are_made(tmp_path: Path) -> None:
    given = keys.new_key()
    made, path = ensure_keys(load_settings(env(tmp_path, DATA_KEY=given)))
    assert path is not None
    assert "DATA_KEY" not in path.read_text()
    assert made.data_key is not None
    assert made.data_key.get_secret_value() == given
    assert made.lookup_key is not None


def test_the_environment_wins_over_the_key_file(tmp_path: Path) -> None:
    ensure_keys(load_settings(env(tmp_path)))
    other = keys.new_key()
    settings = load_settings(env(tmp_path, LOOKUP_KEY=other))
    assert settings.lookup_key is not None
    assert settings.lookup_key.get_secret_value() == other


def test_without_keys_there_is_no_ring_and_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="machikoe init"):
        load_settings(env(tmp_path)).key_ring()


def test_values_under_an_old_data_key_stay_readable(tmp_path: Path) -> None:
    old, new, lookup = keys.new_key(), keys.new_key(), keys.new_key()
    before = load_settings(env(tmp_path, DATA_KEY=old, LOOKUP_KEY=lookup)).key_ring()
    after = load_settings(env(tmp_path, DATA_KEY=new, OLD_DATA_KEYS=f" {old} ,", LOOKUP_KEY=lookup)).key_ring()
    assert after.decrypt(before.encrypt(b"x", purpose=b"p"), purpose=b"p") == b"x"


def test_a_wrong_old_data_key_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MACHIKOE_OLD_DATA_KEYS"):
        load_settings(env(tmp_path, OLD_DATA_KEYS="not-a-key"))
