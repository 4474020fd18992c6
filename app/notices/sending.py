"""The worker's round that sends notices: claims some, sends them with no transaction open, notes what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
import urllib3

from app.mail import MailTrouble, Server, compose, connection
from app.notices.rooms import RoomTrouble, payload, post
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.notices import service
from feedback.notices.choosing import HOOK_URL, is_allowed
from feedback.notices.rules import Via
from feedback.notices.service import Claimed
from feedback.notices.texts import STAFF_URL

log = structlog.get_logger()

_AT_ONCE = 20
_NO_SERVER = "メールの送信先（MACHIKOE_SMTP_HOST と MACHIKOE_SMTP_FROM）が設定されていません"
_NO_READER = "受け取る人がいません"
_NO_ROOM = "送り先が使えません"


@dataclass(slots=True)
class NoticeSender:
    """Any number of processes may run it. A notice whose sender was killed is sent again, under the same Message-ID."""

    database: Database
    settings: Settings
    clock: Clock = utc_now
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def run_once(self) -> int:
        """Send what is due. Returns how many notices that were."""
        with self.database.read() as session:
            if not service.is_due(session, now=self.clock()):
                return 0
        with self.database.write() as session:
            claimed = service.claim(session, now=self.clock(), limit=_AT_ONCE)
        self._mail([one for one in claimed if one.via is Via.EMAIL])
        for one in claimed:
            if one.via is Via.WEBHOOK:
                self._post(one)
        return len(claimed)

    def _mail(self, claimed: Sequence[Claimed]) -> None:
        able = self.settings.sends_mail
        for one in claimed:
            if not able or one.address is None:
                self._cancel(one, _NO_READER if able else _NO_SERVER)
        waiting = [one for one in claimed if able and one.address is not None]
        if not waiting:
            return
        try:
            with connection(self.settings) as server:
                while waiting:
                    self._hand_over(server, waiting.pop(0))
        except MailTrouble as trouble:
            for one in waiting:
                self._failed(one, trouble)

    def _hand_over(self, server: Server, one: Claimed) -> None:
        message = compose(
            self.settings,
            to=one.address or "",
            subject=one.subject,
            body=self._body(one),
            message_id=one.message_id,
            at=one.created_at,
        )
        try:
            server.send(message)
        except MailTrouble as trouble:
            self._failed(one, trouble)
        else:
            self._sent(one)

    def _post(self, one: Claimed) -> None:
        if one.url_sealed is None or one.style is None:
            self._cancel(one, _NO_ROOM)
            return
        try:
            url = self.settings.key_ring().decrypt(one.url_sealed, purpose=HOOK_URL).decode()
        except ValueError:
            self._cancel(one, _NO_ROOM)
            return
        if not is_allowed(url, self.settings.notice_webhooks):
            self._cancel(one, _NO_ROOM)
            return
        try:
            post(self.http, url, payload(one.style, subject=one.subject, body=self._body(one)))
        except RoomTrouble as trouble:
            self._failed(one, trouble)
        else:
            self._sent(one)

    def _body(self, one: Claimed) -> str:
        return one.body.replace(STAFF_URL, self.settings.staff_url)

    def _sent(self, one: Claimed) -> None:
        with self.database.write() as session:
            service.sent(session, one, now=self.clock())

    def _cancel(self, one: Claimed, reason: str) -> None:
        with self.database.write() as session:
            service.cancel(session, one, now=self.clock(), reason=reason)

    def _failed(self, one: Claimed, trouble: MailTrouble | RoomTrouble) -> None:
        log.warning("notice.failed", notice=one.id, via=str(one.via), attempt=one.attempt, again=trouble.again)
        with self.database.write() as session:
            service.failed(session, one, now=self.clock(), reason=str(trouble), again=trouble.again)
