"""The seam between the worker and the conversation: one event in, changes and drafts of answers out."""

from functools import partial
from typing import Final

from bot import held
from bot.batch import Batch, Draft, Handled
from bot.conversation import needs, step
from bot.conversation.incoming import Group, Incoming, Unfollow, Unsend
from bot.conversation.replies import Fate, Step
from bot.conversation.state import State, from_json, to_json
from bot.gathering import gather, has_consented
from bot.inbound import Inbound
from bot.incoming import message_id, message_key, read_incoming
from bot.messages import Scene, render
from bot.performing import Performance
from feedback.citizens.models import Citizen, Conversation

_FATES: Final = {
    Fate.CLEAR: Handled(),
    Fate.KEEP: Handled(keep_words=True),
    Fate.HOLD: Handled(hold_words=True),
    Fate.IGNORED: Handled(ignored=True),
}
_IGNORED: Final = _FATES[Fate.IGNORED]
_SILENT: Final = (Unfollow, Unsend)


def handle(batch: Batch, inbound: Inbound) -> Handled:
    """Work one event: look up, decide, do, and draft the answer. Never raises on odd JSON."""
    incoming = read_incoming(inbound, batch.keys)
    citizen = batch.citizens.get(inbound.citizen_key) if inbound.citizen_key is not None else None
    if incoming is None or citizen is None:
        return _IGNORED
    if not citizen.reachable and not isinstance(incoming, Group | Unfollow):
        citizen.reachable = True
    conversation = _conversation(batch, citizen)
    state = from_json(conversation.state)
    if state.unsent and _was_unsent(batch, inbound, state):
        return _IGNORED
    facts, rows = gather(batch, citizen, inbound, incoming, needs(state, incoming))
    decided = step(state, incoming, facts)
    if decided.fate is Fate.HOLD and inbound.is_standby:
        return _IGNORED
    now = Performance(batch, inbound, rows, decided.state, rows.subject(decided.about), facts.reading)
    drafted_before = len(batch.outbound)
    for action in decided.actions:
        now.do(action)
    _keep_state(conversation, now)
    if (draft := _draft(batch, inbound, incoming, decided, now)) is not None:
        # Before what the actions drafted: a group is left only after the sentence that says why.
        batch.outbound.insert(drafted_before, draft)
    if decided.fate is Fate.HOLD:
        held.hold(batch, citizen.key, inbound)
    return _FATES[decided.fate]


def _conversation(batch: Batch, citizen: Citizen) -> Conversation:
    if citizen.conversation is None:
        citizen.conversation = Conversation(state={}, updated_at=batch.now)
    return citizen.conversation


def _was_unsent(batch: Batch, inbound: Inbound, state: State) -> bool:
    own_id = message_id(inbound)
    return own_id is not None and message_key(own_id, batch.keys).hex() in state.unsent


def _keep_state(conversation: Conversation, now: Performance) -> None:
    stored = to_json(now.state)
    if stored != conversation.state:
        conversation.state = stored
        conversation.updated_at = now.rows.at


def _draft(batch: Batch, inbound: Inbound, incoming: Incoming, decided: Step, now: Performance) -> Draft | None:
    silent = inbound.is_standby or isinstance(incoming, _SILENT)
    recipient = inbound.group_id if isinstance(incoming, Group) else inbound.user_id
    if not decided.replies or silent or recipient is None:
        return None
    messages = partial(render, decided.replies, _scene(batch, now))
    return Draft(now.rows.citizen, recipient, messages, decided.purpose, inbound.reply_token, now.rows.at)


def _scene(batch: Batch, now: Performance) -> Scene:
    rows = now.rows
    return Scene(
        settings=batch.settings,
        areas=batch.areas,
        departments=batch.departments,
        deadlines=batch.rules.deadlines,
        subject=now.subject,
        recorded=now.recorded,
        listed=rows.listed,
        consented=has_consented(rows.citizen),
        values={**rows.values, **now.values} if rows.values or now.values else {},
    )
