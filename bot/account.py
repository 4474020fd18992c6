"""The LINE channel itself: checking that it is set as it must be, and setting it up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    MessagingApiBlob,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    TestWebhookEndpointRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from bot.webhook import PATH
from feedback.config import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in words for the operator; ``advice`` when something must be done."""

    subject: str
    text: str
    is_problem: bool = False
    advice: str = ""


class LineTrouble(Exception):
    """LINE did not do what was asked; the message says what and why."""


class NotFoundAtLine(LineTrouble):
    """LINE has no such thing, for example no endpoint yet."""


class Account:
    """The channel behind the configured access token."""

    def __init__(self, settings: Settings) -> None:
        token = settings.line_channel_access_token.get_secret_value()
        self._settings = settings
        self._timeout = settings.line_timeout_seconds
        self._api = MessagingApi(ApiClient(Configuration(host=settings.line_api_base_url, access_token=token)))
        self._blob = MessagingApiBlob(
            ApiClient(Configuration(host=settings.line_data_api_base_url, access_token=token))
        )

    @property
    def webhook_url(self) -> str:
        """Where LINE is to deliver events."""
        return self._settings.public_url + PATH

    def check(self) -> Iterator[Finding]:
        """Look at token, bot, webhook endpoint, quota; a call that fails becomes a finding."""
        if not self._settings.line_channel_secret.get_secret_value():
            yield Finding(
                "channel secret", "MACHIKOE_LINE_CHANNEL_SECRET is not set", True, "Copy it from the console."
            )
        try:
            yield from self._bot()
        except LineTrouble as error:
            yield Finding("access token", str(error), True, "Issue a long-lived token in the console and set it.")
            return
        for check in (self._endpoint, self._quota):
            try:
                yield from check()
            except LineTrouble as error:
                yield Finding(check.__name__.strip("_"), str(error), True, "Try again later; see the message.")
        yield Finding(
            "redelivery", "cannot be read from LINE", advice="Console → Messaging API → switch 'Webhook redelivery' on."
        )

    def _bot(self) -> Iterator[Finding]:
        info = self._call(self._api.get_bot_info)
        yield Finding("access token", f"works; the account is {info.display_name} ({info.basic_id})")
        mode = getattr(info.chat_mode, "value", info.chat_mode)
        yield Finding(
            "chat mode",
            f"{mode}",
            mode != "bot",
            ""
            if mode == "bot"
            else "LINE Official Account Manager → 応答設定 → チャットをオフ: citizens' words must not stay on LINE.",
        )

    def _endpoint(self) -> Iterator[Finding]:
        try:
            endpoint = self._call(self._api.get_webhook_endpoint)
        except NotFoundAtLine:
            yield Finding("webhook", "is not set", True, "Run `machikoe line setup`.")
            return
        if endpoint.endpoint != self.webhook_url:
            yield Finding("webhook", f"is {endpoint.endpoint or 'not set'}", True, "Run `machikoe line setup`.")
            return
        if not endpoint.active:
            yield Finding("webhook", "is switched off", True, "Console → Messaging API → switch 'Use webhook' on.")
        result = self._call(self._api.test_webhook_endpoint, TestWebhookEndpointRequest(endpoint=self.webhook_url))
        text = f"{self.webhook_url} answers {result.status_code} {result.reason or ''}".strip()
        yield Finding(
            "webhook", text, not result.success, "" if result.success else "Is the public application running?"
        )

    def _quota(self) -> Iterator[Finding]:
        quota = self._call(self._api.get_message_quota)
        used = self._call(self._api.get_message_quota_consumption).total_usage
        if getattr(quota.type, "value", quota.type) == "none":
            yield Finding("quota", f"unlimited; {used} messages sent this month")
            return
        left = (quota.value or 0) - used
        yield Finding(
            "quota",
            f"{used} of {quota.value} messages used this month",
            left <= 0,
            "" if left > 0 else "Answers by push fail until next month; ask LINE for the local-government plan.",
        )

    def messages_left(self) -> int | None:
        """How many messages may still be sent this month; None without a limit. LineTrouble when LINE does not say."""
        quota = self._call(self._api.get_message_quota)
        if getattr(quota.type, "value", quota.type) == "none":
            return None
        used = self._call(self._api.get_message_quota_consumption).total_usage
        left: int = max(0, (quota.value or 0) - used)
        return left

    def set_endpoint(self) -> None:
        """Point LINE at our webhook."""
        self._call(self._api.set_webhook_endpoint, SetWebhookEndpointRequest(endpoint=self.webhook_url))

    def set_rich_menu(self, definition: dict[str, Any], image: bytes) -> str:
        """Make the rich menu, give it its picture, show it to everybody, remove our older ones. Returns its id."""
        older = [menu.rich_menu_id for menu in self._call(self._api.get_rich_menu_list).richmenus]
        made = self._call(self._api.create_rich_menu, RichMenuRequest.from_dict(definition))
        menu_id: str = made.rich_menu_id
        self._call(self._blob.set_rich_menu_image, menu_id, image, _headers={"Content-Type": "image/png"})
        self._call(self._api.set_default_rich_menu, menu_id)
        for one in older:
            self._call(self._api.delete_rich_menu, one)
        return menu_id

    def _call(self, call: Any, *args: Any, **options: Any) -> Any:
        try:
            return call(*args, _request_timeout=self._timeout, **options)
        except ApiException as error:
            if error.status == 404:
                raise NotFoundAtLine("LINE answered 404") from error
            raise LineTrouble(f"LINE answered {error.status}") from error
        except urllib3.exceptions.HTTPError as error:
            raise LineTrouble(f"LINE could not be reached ({type(error).__name__})") from error
