"""The conversation as a pure state machine: `step(state, incoming, facts) -> Step`. One module a flow.

Nothing here knows databases, web frameworks or LINE; what a step wants done it says in actions, what it wants
said in replies, and `bot.performing` and `bot.messages` make them real.
"""

from bot.conversation.machine import step
from bot.conversation.needs import Needs, needs

__all__ = ["Needs", "needs", "step"]
