"""The worker's round that sends answers by e-mail: claims, sends with no transaction open, notes what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.mail import MailTrouble, Server, compose, connection
from feedback.answers import by_mail
from feedback.answers.by_mail import NothingToSend, Outgoing
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.mails import service
from feedback.mails.service import Claimed
from feedback.mails.texts import Office

log = structlog.get_logger()

_AT_ONCE = 10
_NO_SERVER = "メールの送信先（MACHIKOE_SMTP_HOST と MACHIKOE_SMTP_FROM）が設定されていません"


@dataclass(slots=True)
class AnswerMailer:
    """Any number of processes may run it.

    When a sender was killed, the mail is sent again only if the server had not been given it yet; else staff decide.
    """

    database: Database
    settings: Settings
    clock: Clock = utc_now

    def run_once(self) -> int:
        """Send what is due. Returns how many mails were looked at."""
        with self.database.read() as session:
            if not service.is_due(session, now=self.clock()):
                return 0
        with self.database.write() as session:
            claimed = service.claim(session, now=self.clock(), limit=_AT_ONCE)
        ready = [(one, found) for one in claimed if (found := self._outgoing(one)) is not None]
        if ready:
            self._send(ready)
        return len(claimed)

    def _outgoing(self, one: Claimed) -> Outgoing | None:
        office = Office(
            self.settings.city_name, self.settings.contact_phone, reads_replies=bool(self.settings.answer_reply_to)
        )
        try:
            with self.database.read() as session:
                return by_mail.outgoing(session, one, office=office)
        except NothingToSend as nothing:
            with self.database.write() as session:
                if nothing.troubled:
                    service.failed(session, one, reason=str(nothing), again=False, now=self.clock())
                else:
                    service.cancelled(session, one, reason=str(nothing), now=self.clock())
            return None

    def _send(self, ready: list[tuple[Claimed, Outgoing]]) -> None:
        waiting = list(ready)
        try:
            if not self.settings.sends_mail:
                raise MailTrouble(_NO_SERVER, again=False)
            with connection(self.settings) as server:
                while waiting:
                    self._hand_over(server, *waiting.pop(0))
        except MailTrouble as trouble:
            for one, _ in waiting:
                self._failed(one, trouble)

    def _hand_over(self, server: Server, one: Claimed, outgoing: Outgoing) -> None:
        message = compose(
            self.settings,
            to=outgoing.to,
            subject=outgoing.text.subject,
            body=outgoing.text.body,
            message_id=one.message_id,
            at=self.clock(),
            automatic=False,
        )
        try:
            gone = server.send(message, before=self._noting(one))
        except MailTrouble as trouble:
            self._failed(one, trouble)
            return
        if gone:
            with self.database.write() as session:
                by_mail.sent(session, one, now=self.clock())

    def _noting(self, one: Claimed) -> Callable[[], bool]:
        def note() -> bool:
            with self.database.write() as session:
                return service.hand_over(session, one)

        return note

    def _failed(self, one: Claimed, trouble: MailTrouble) -> None:
        log.warning("answer_mail.failed", answer=one.answer_id, attempt=one.attempts, again=trouble.again)
        with self.database.write() as session:
            if trouble.uncertain:
                service.unknown(session, one, reason=str(trouble), now=self.clock())
            else:
                service.failed(session, one, reason=str(trouble), again=trouble.again, now=self.clock())
