"""The switches that make the stand-in behave badly on purpose."""

from dataclasses import dataclass, field, fields

from app.simulator.wire import Json

ENDLESS = -1
SENDING = frozenset({"reply", "push", "multicast", "narrowcast", "broadcast"})


@dataclass(slots=True)
class Faults:
    """Faults in force. Counts are "how many more times"; -1 is "until switched off".

    ``only`` narrows API faults to endpoint names (``reply``, ``push``, ``content`` …); empty means all that
    send. ``timeout_accepts`` decides whether a request that is answered too late was carried out.
    """

    quota_exhausted: bool = False
    rate_limited: int = 0
    server_errors: int = 0
    timeouts: int = 0
    timeout_seconds: float = 30.0
    timeout_accepts: bool = True
    slow_seconds: float = 0.0
    invalid_reply_tokens: int = 0
    missing_content: int = 0
    duplicates: int = 0
    shuffle: bool = False
    shuffle_seconds: float = 0.5
    wrong_signature: bool = False
    standby: bool = False
    only: list[str] = field(default_factory=list)

    def touches(self, endpoint: str) -> bool:
        """Tell whether API faults apply to an endpoint."""
        return endpoint in self.only if self.only else endpoint in SENDING

    def use(self, name: str) -> bool:
        """Take one from a counted fault; true if it strikes."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0

    def as_json(self) -> Json:
        """Describe the switches."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    def change(self, wanted: Json) -> None:
        """Set some switches; raises ``ValueError`` for an unknown name or a wrong type."""
        known = {entry.name: getattr(Faults(), entry.name) for entry in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"unknown fault: {name}")
            if not _fits(known[name], value):
                raise ValueError(f"wrong value for {name}: {value!r}")
        for name, value in wanted.items():
            setattr(self, name, value)


def _fits(example: object, value: object) -> bool:
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(example, bool) and isinstance(value, bool)
    if isinstance(example, float):
        return isinstance(value, int | float)
    return isinstance(value, type(example))
