"""Messages to chat rooms: JSON to a webhook, in the form of Slack or of Teams. Redirects are not followed."""

from typing import Any

import urllib3

from feedback.notices.rules import HookStyle

_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_TOO_MANY = 429
_SERVERS_FAULT = 500


class RoomTrouble(Exception):
    """A room that did not take a message; ``again``: trying later may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


def payload(style: HookStyle, *, subject: str, body: str) -> dict[str, Any]:
    """The message as Slack or Teams (Workflows) take it."""
    if style is HookStyle.SLACK:
        return {"text": f"*{_slack(subject)}*\n{_slack(body)}"}
    words = [
        {"type": "TextBlock", "text": subject, "weight": "Bolder", "wrap": True},
        {"type": "TextBlock", "text": body.replace("\n", "\n\n"), "wrap": True},
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": words,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def post(http: urllib3.PoolManager, url: str, content: dict[str, Any]) -> None:
    """Send one message. RoomTrouble when the room does not take it; the address is in no message."""
    try:
        response = http.request("POST", url, json=content, timeout=_TIMEOUT, retries=False, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise RoomTrouble(f"送り先につながりませんでした（{type(error).__name__}）", again=True) from None
    if not 200 <= response.status < 300:
        again = response.status == _TOO_MANY or response.status >= _SERVERS_FAULT
        raise RoomTrouble(f"送り先が受け付けませんでした（{response.status}）", again=again)


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
