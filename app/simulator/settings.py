"""How one simulator is set up."""

from dataclasses import dataclass

from app.simulator import limits


@dataclass(slots=True)
class SimulatorSettings:
    """Channel and behaviour of the stand-in.

    ``redelivery_delays`` are seconds between attempts when ``redelivery`` is on; ``monthly_quota`` of None is
    a plan without limit; ``transcoding_seconds`` is how long a video or sound stays "processing".
    """

    channel_secret: str
    channel_access_token: str
    webhook_url: str = ""
    webhook_active: bool = True
    webhook_timeout_seconds: float = 10.0
    redelivery: bool = False
    redelivery_delays: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 60.0)
    reply_token_seconds: float = limits.REPLY_TOKEN_SECONDS
    monthly_quota: int | None = None
    transcoding_seconds: float = 2.0
    bot_name: str = "まちこえ市"
    staff_url: str = ""
    cast: tuple[str, ...] = ("佐藤 花子", "田中 一郎", "鈴木 さくら", "高橋 健太", "グエン・ティ・ラン")
