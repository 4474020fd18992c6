import io
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from app.media import BucketStore, FolderStore, make_media_store
from feedback.config import Settings, SettingsError

KEY = "0123456789abcdef" * 2
ODD_KEYS = ["", "a", "../" + KEY[3:], KEY.upper(), KEY + "0", KEY[:-1] + "/", "/etc/passwd", KEY[:-1] + "\n", "ａ" * 32]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "media")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_comes_back_until_it_is_deleted(store: FolderStore) -> None:
    assert store.get(KEY) is None
    store.put(KEY, b"photo", content_type="image/jpeg")
    store.put(KEY, b"better photo", content_type="image/jpeg")
    assert store.get(KEY) == b"better photo"
    store.delete(KEY)
    store.delete(KEY)
    assert store.get(KEY) is None


def test_files_are_the_owners_alone_whatever_the_umask(store: FolderStore, tmp_path: Path) -> None:
    store.put(KEY, b"photo", content_type="image/jpeg")
    (path,) = files(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "media").stat().st_mode) == 0o700
    assert path.name == KEY


@pytest.mark.parametrize("key", ODD_KEYS)
def test_keys_that_are_none_never_become_paths(store: FolderStore, tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="storage key"):
        store.put(key, b"x", content_type="image/png")
    with pytest.raises(ValueError, match="storage key"):
        store.get(key)
    with pytest.raises(ValueError, match="storage key"):
        store.delete(key)
    assert files(tmp_path) == []


def test_a_write_that_fails_leaves_the_file_as_it_was(store: FolderStore, tmp_path: Path) -> None:
    store.put(KEY, b"whole", content_type="image/png")
    (path,) = files(tmp_path)
    path.with_suffix(".part").mkdir()
    with pytest.raises(OSError, match="directory"):
        store.put(KEY, b"half", content_type="image/png")
    assert store.get(KEY) == b"whole"


def test_a_draft_that_a_crash_left_is_written_over(store: FolderStore, tmp_path: Path) -> None:
    store.put(KEY, b"first", content_type="image/png")
    (path,) = files(tmp_path)
    path.with_suffix(".part").write_bytes(b"much longer rest of a crash")
    store.put(KEY, b"new", content_type="image/png")
    assert store.get(KEY) == b"new"
    assert files(tmp_path) == [path]


class NoSuchKey(Exception):
    """As S3 answers."""


class FakeBucket:
    """The three calls of an S3 client that are used."""

    class exceptions:  # noqa: N801 (boto3's name)
        NoSuchKey = NoSuchKey

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], tuple[bytes, str]] = {}

    def put_object(self, **given: Any) -> None:
        self.objects[given["Bucket"], given["Key"]] = (given["Body"], given["ContentType"])

    def get_object(self, **given: Any) -> dict[str, Any]:
        try:
            return {"Body": io.BytesIO(self.objects[given["Bucket"], given["Key"]][0])}
        except KeyError:
            raise NoSuchKey from None

    def delete_object(self, **given: Any) -> None:
        self.objects.pop((given["Bucket"], given["Key"]), None)


def test_a_bucket_keeps_content_with_its_type() -> None:
    client = FakeBucket()
    store = BucketStore("machikoe", endpoint="", client=client)
    store.put(KEY, b"photo", content_type="image/jpeg")
    assert client.objects == {("machikoe", KEY): (b"photo", "image/jpeg")}
    assert store.get(KEY) == b"photo"
    store.delete(KEY)
    store.delete(KEY)
    assert store.get(KEY) is None


def test_the_settings_choose_the_store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_media_store(settings), FolderStore)
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SettingsError, match=r"machikoe\[s3\]"):
        make_media_store(settings.model_copy(update={"media_s3_bucket": "machikoe"}))
