"""A small HTTP/1.1 load generator: ready-made requests over kept-alive connections, every latency recorded."""

import asyncio
import base64
import hmac
import json
import random
import time
from dataclasses import dataclass, field

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Result:
    """Of one run: seconds it took, latencies in seconds, and how many answers were not 200."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds below which this share of answers lies."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def ulid(milliseconds: int, rng: random.Random) -> str:
    """An id as LINE gives it to events: the time in ten characters, then chance in sixteen."""
    moment = "".join(_CROCKFORD[milliseconds >> shift & 31] for shift in range(45, -1, -5))
    return moment + "".join(rng.choices(_CROCKFORD, k=16))


def text_event(number: int, *, citizens: int, rng: random.Random, text: str = "") -> dict[str, object]:
    """One text message as LINE sends it."""
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": f"U{number % citizens:032x}"},
        "webhookEventId": ulid(int(time.time() * 1000), rng),
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{rng.getrandbits(128):032x}",
        "message": {
            "id": str(500_000_000_000_000_000 + number),
            "type": "text",
            "quoteToken": "q3Plxr4AgKd_quote_token_of_the_usual_length_0123456789",
            "text": text
            or "桜通りの街路灯が先週から消えていて、夜に歩くのがとても怖いです。早めの修理をお願いします。",
        },
    }


def signed_request(events: list[dict[str, object]], *, secret: str, host: str, path: str) -> bytes:
    """A whole HTTP request with LINE's signature."""
    body = json.dumps({"destination": "U" + "0" * 32, "events": events}, ensure_ascii=False).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"User-Agent: LineBotWebhook/2.0\r\nX-Line-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _connection(port: int, requests: "asyncio.Queue[bytes]", result: Result) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not requests.empty():
        request = requests.get_nowait()
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
        result.latencies.append(time.perf_counter() - begun)
        if b" 200 " not in head[:16]:
            result.errors += 1
    writer.close()


async def _run(port: int, requests: list[bytes], connections: int) -> Result:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    for request in requests:
        queue.put_nowait(request)
    result = Result()
    begun = time.perf_counter()
    await asyncio.gather(*(_connection(port, queue, result) for _ in range(connections)))
    result.seconds = time.perf_counter() - begun
    return result


def run(port: int, requests: list[bytes], *, connections: int = 64) -> Result:
    """Send all requests over so many connections, as fast as they are answered."""
    return asyncio.run(_run(port, requests, connections))
