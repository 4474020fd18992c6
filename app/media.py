"""Where photos and files lie: a folder outside the web root, or an S3-compatible bucket."""

import os
import re
from pathlib import Path
from typing import Any

from feedback.config import Settings, SettingsError
from feedback.ports import MediaStore

_KEY = re.compile(r"[0-9a-f]{32}")


class FolderStore:
    """Files in a folder, spread over 256 subfolders, readable by the owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self._folder / key[:2] / key

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Write the file; a reader never sees half of it."""
        del content_type
        path = self._path(key)
        for folder in (self._folder, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".part")
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # LINE will not give it again
        draft.replace(path)

    def get(self, key: str) -> bytes | None:
        """Read the file."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove the file."""
        self._path(key).unlink(missing_ok=True)


class BucketStore:
    """Objects in an S3-compatible bucket; needs the optional package boto3 (`pip install machikoe[s3]`)."""

    def __init__(self, bucket: str, *, endpoint: str, client: Any = None) -> None:
        self._client = client or _s3_client(endpoint)
        self._bucket = bucket

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Upload the object."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes | None:
        """Download the object."""
        try:
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None
        return body

    def delete(self, key: str) -> None:
        """Remove the object."""
        self._client.delete_object(Bucket=self._bucket, Key=key)


def _s3_client(endpoint: str) -> Any:
    try:
        import boto3
    except ImportError as error:
        raise SettingsError("MACHIKOE_MEDIA_S3_BUCKET needs the package boto3: pip install machikoe[s3]") from error
    return boto3.client("s3", endpoint_url=endpoint or None)


def make_media_store(settings: Settings) -> MediaStore:
    """The store the settings ask for."""
    if settings.media_s3_bucket:
        return BucketStore(settings.media_s3_bucket, endpoint=settings.media_s3_endpoint)
    return FolderStore(settings.media_dir)
