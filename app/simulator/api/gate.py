"""What every API request passes: token, faults, request id, log, and LINE's error shape."""

import json
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from app.simulator import limits
from app.simulator.chats import Chat
from app.simulator.faults import Faults
from app.simulator.validation.checks import Problem
from app.simulator.wire import Json, new_request_id, now_ms
from app.simulator.world import ApiCall, World

QUOTA_MESSAGE = "You have reached your monthly limit."
RATE_MESSAGE = "The API rate limit has been exceeded. Try again later."
_COUNTED = frozenset({"push", "multicast", "narrowcast", "broadcast"})


@dataclass
class ApiError(Exception):
    """An answer other than success."""

    status: int
    message: str
    problems: tuple[Problem, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, Any], ...] = ()

    def response(self) -> Response:
        """Give the answer in LINE's shape."""
        body: Json = {"message": self.message} | dict(self.more)
        if self.problems:
            body["details"] = [problem.as_json() for problem in self.problems]
        answer = jsonify(body)
        answer.status_code = self.status
        answer.headers.extend(self.headers)
        return answer


def refuse_problems(problems: list[Problem]) -> None:
    """Raise a 400 that lists the problems, if there are any."""
    if problems:
        raise ApiError(400, f"The request body has {len(problems)} error(s)", tuple(problems))


def json_body() -> Json:
    """Read the request body; raises a 400 when it is not a JSON object, a 413 when it is too large."""
    raw = request.get_data()
    if len(raw) > limits.BODY_BYTES:
        raise ApiError(413, "The request body exceeds the maximum size")
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "The request body could not be parsed as JSON")
    g.body = body
    return body


def find_citizen(world: World, user_id: str) -> Chat:
    """Find a citizen whose profile the bot may see; raises 404."""
    chat = world.chats.get(user_id)
    if chat is None or chat.kind != "user" or chat.blocked:
        raise ApiError(404, "Not found")
    return chat


def endpoint_name() -> str:
    """Give the short name under which faults and counts know the called endpoint."""
    return (request.endpoint or "unknown").rsplit(".", 1)[-1]


class Gate:
    """Puts a blueprint behind token check and faults, and logs its calls."""

    def __init__(self, world: World) -> None:
        self._world = world

    def guard(self, blueprint: Blueprint) -> None:
        """Attach to a blueprint."""
        blueprint.before_request(self.enter)
        blueprint.after_request(self.leave)
        blueprint.register_error_handler(ApiError, ApiError.response)

    def enter(self) -> Response | None:
        """Check the token and let the faults strike; an answer here ends the request."""
        g.started = time.perf_counter()
        g.request_id = new_request_id()
        g.answer_late = 0.0
        expected = f"Bearer {self._world.settings.channel_access_token}"
        if request.headers.get("Authorization") != expected:
            reason = "invalid token" if request.headers.get("Authorization") else "missing token"
            return ApiError(
                401,
                f"Authentication failed due to the following reason: {reason}. "
                "Confirm that the access token in the authorization header is valid.",
            ).response()
        error = self._strike(self._world.faults, endpoint_name())
        return error.response() if error else None

    def leave(self, response: Response) -> Response:
        """Stamp the request id, keep the call in the log, and answer late if a fault says so."""
        response.headers["X-Line-Request-Id"] = g.request_id
        if g.answer_late:
            time.sleep(g.answer_late)
        self._world.record_call(
            ApiCall(
                number=0,
                at=now_ms(),
                method=request.method,
                path=request.path,
                endpoint=endpoint_name(),
                status=response.status_code,
                milliseconds=(time.perf_counter() - g.started) * 1000,
                request_id=g.request_id,
                body=_compact(g.get("body")),
                message=_error_message(response),
            )
        )
        return response

    def _strike(self, faults: Faults, endpoint: str) -> ApiError | None:
        if endpoint in _COUNTED and faults.quota_exhausted:
            return ApiError(429, QUOTA_MESSAGE)
        if not faults.touches(endpoint):
            return None
        if faults.slow_seconds:
            time.sleep(faults.slow_seconds)
        with self._world.lock:
            if faults.use("rate_limited"):
                return ApiError(429, RATE_MESSAGE)
            if faults.use("server_errors"):
                return ApiError(500, "The server is currently unavailable. Try again later.")
            if faults.use("timeouts"):
                g.answer_late = faults.timeout_seconds
                return None if faults.timeout_accepts else ApiError(500, "Timed out")
        return None


def _compact(body: Json | None) -> Json | None:
    """Keep a multicast's recipients as a number: 100,000 ids in a log help nobody."""
    if body is not None and isinstance(body.get("to"), list):
        return body | {"to": len(body["to"])}
    return body


def _error_message(response: Response) -> str:
    if response.status_code < 400 or not response.is_json:
        return ""
    body = response.get_json(silent=True) or {}
    details = "; ".join(f"{item['property']}: {item['message']}" for item in body.get("details", ()))
    return f"{body.get('message', '')}{' — ' if details else ''}{details}"
