"""Emergencies: the right numbers at once, before anything else is said. Recording goes on as always."""

from dataclasses import replace
from typing import Final

from bot.conversation.replies import Numbers, Receipt, Reply, Step

KNOWN: Final = frozenset({"emergency", "self_harm", "abuse", "hazard", "threat"})
DISTRESS: Final = frozenset({"self_harm", "abuse"})


def numbers_first(step: Step, safety: str) -> Step:
    """The step with the numbers put first, and a gentle receipt for somebody in distress."""
    rest = tuple(_gentle(reply) for reply in step.replies) if safety in DISTRESS else step.replies
    state = step.state.idle() if safety in DISTRESS and step.actions else step.state
    return replace(step, state=state, replies=(Numbers(safety), *rest))


def _gentle(reply: Reply) -> Reply:
    return Receipt(gentle=True) if isinstance(reply, Receipt) else reply
