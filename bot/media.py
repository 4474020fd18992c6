"""Fetches what citizens sent as photos, voice, video and files, soon, since LINE deletes it.

Only known types are kept, told by their first bytes; never more than the size limit is read.
"""

import json
import uuid
from dataclasses import dataclass
from enum import Enum

import structlog
import urllib3

from bot.inbound import MESSAGE_ID_PURPOSE
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.opinions import files
from feedback.opinions.files import FileTask
from feedback.opinions.rules import PartKind
from feedback.ports import MediaStore

log = structlog.get_logger()

_CHUNK = 64 * 1024
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
_ALLOWED = {
    PartKind.IMAGE: ("image/",),
    PartKind.VIDEO: ("video/",),
    PartKind.AUDIO: ("audio/", "video/mp4"),
    PartKind.FILE: ("image/", "video/", "audio/", "application/"),
}


class Missing(Enum):
    """Why there is no content."""

    LATER = "LINEがまだ用意していません"
    GONE = "LINEに残っていません"
    TOO_LARGE = "大きすぎるため保存しませんでした"
    REFUSED = "LINEが渡しませんでした"


def content_type(content: bytes) -> str | None:
    """Type of a file by its first bytes, None when it is none we keep."""
    for offset, magic, name in _SIGNATURES:
        if content[offset : offset + len(magic)] == magic:
            return name
    return None


class ContentApi:
    """LINE's content host; unlike the SDK's client it never reads more than the limit."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"{settings.line_data_api_base_url}/v2/bot/message"
        self._headers = {"Authorization": f"Bearer {settings.line_channel_access_token.get_secret_value()}"}
        self._most = settings.media_max_bytes
        self._http = urllib3.PoolManager(timeout=settings.line_timeout_seconds, retries=False)

    def fetch(self, message_id: str, kind: PartKind) -> bytes | Missing:
        """The content of a message, or why there is none yet or ever."""
        if kind in {PartKind.VIDEO, PartKind.AUDIO} and (state := self._transcoding(message_id)) is not None:
            return state
        answer = self._http.request(
            "GET", f"{self._base}/{message_id}/content", headers=self._headers, preload_content=False
        )
        try:
            if answer.status != 200:
                return _missing(answer.status)
            return self._read(answer)
        finally:
            answer.drain_conn() if answer.status != 200 else answer.close()
            answer.release_conn()

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes | Missing:
        content = bytearray()
        while chunk := answer.read(_CHUNK):
            content += chunk
            if len(content) > self._most:
                return Missing.TOO_LARGE
        return bytes(content)

    def _transcoding(self, message_id: str) -> Missing | None:
        answer = self._http.request("GET", f"{self._base}/{message_id}/content/transcoding", headers=self._headers)
        if answer.status != 200:
            return _missing(answer.status)
        status = json.loads(answer.data).get("status")
        return {"processing": Missing.LATER, "failed": Missing.GONE}.get(status)


def _missing(status: int) -> Missing:
    if status == 410:
        return Missing.GONE
    # 400 and 404 may pass: LINE makes content ready some time after the event.
    return Missing.REFUSED if status in {401, 403} else Missing.LATER


@dataclass(slots=True)
class MediaFetcher:
    """Fetches and deletes files that are due; ``run_once`` is one round."""

    database: Database
    keys: KeyRing
    api: ContentApi
    store: MediaStore
    clock: Clock = utc_now

    def run_once(self, *, limit: int = 4) -> int:
        """Work files; returns how many."""
        with self.database.write() as session:
            tasks = files.claim(session, now=self.clock(), limit=limit)
        for task in tasks:
            try:
                self._work(task)
            except Exception as error:  # whatever a store or LINE does, the other files must have their turn
                self._failed(task, Missing.LATER.value, retry=True)
                log.warning("media.failed", attachment=task.id, error=type(error).__name__)
        return len(tasks)

    def _work(self, task: FileTask) -> None:
        if task.line_message_id_sealed is None:
            self._delete(task)
            return
        message_id = self.keys.decrypt(task.line_message_id_sealed, purpose=MESSAGE_ID_PURPOSE).decode()
        content = self.api.fetch(message_id, task.kind)
        if isinstance(content, Missing):
            self._failed(task, content.value, retry=content is Missing.LATER)
            return
        found = content_type(content)
        if found is None or not found.startswith(_ALLOWED.get(task.kind, ())):
            self._failed(task, "保存できない種類のファイルです", retry=False)
            return
        self._keep(task, content, found)

    def _keep(self, task: FileTask, content: bytes, found: str) -> None:
        key = uuid.uuid4().hex
        self.store.put(key, content, content_type=found)
        with self.database.write() as session:
            files.stored(session, task.id, storage_key=key, content_type=found, size=len(content), now=self.clock())

    def _delete(self, task: FileTask) -> None:
        if task.storage_key is not None:
            self.store.delete(task.storage_key)
        with self.database.write() as session:
            files.deleted(session, task.id)

    def _failed(self, task: FileTask, problem: str, *, retry: bool) -> None:
        with self.database.write() as session:
            files.failed(session, task.id, problem=problem, retry=retry, now=self.clock())
