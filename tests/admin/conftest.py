"""The staff application in tests: made with fakes, driven by members of the cast."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin.app import create_staff_app
from app.reading import FixedReader
from bot.messages.answers import AnswerMessages
from feedback.config import Settings
from feedback.db import Database
from tests.conftest import CHEAP_HASHER, PASSWORD, FakeClock

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class FakeMedia:
    """A media store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        assert content_type
        self.kept[key] = content

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)


class Person:
    """Somebody at a browser. Posts carry the CSRF token of the forms they see."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def token(self) -> str:
        for path in ("/password", "/login"):
            found = _TOKEN.search(self.client.get(path).text)
            if found:
                return found[1]
        raise AssertionError("no form with a CSRF token in sight")

    def log_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/login", {"email": f"{name}@machikoe.example", "password": password})


@pytest.fixture
def media() -> FakeMedia:
    return FakeMedia()


@pytest.fixture
def staff_app(settings: Settings, database: Database, clock: FakeClock, media: FakeMedia) -> Flask:
    app = create_staff_app(
        settings,
        database,
        clock=clock,
        media=media,
        reader=FixedReader("roads"),
        messages=AnswerMessages(settings),
        hasher=CHEAP_HASHER,
    )
    app.testing = True
    # Tests want the page an error gives, not the exception.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def as_person(staff_app: Flask) -> Callable[[str], Person]:
    """``as_person("tanaka")`` is logged in; ``as_person("anonymous")`` is not."""

    def enter(name: str) -> Person:
        person = Person(staff_app.test_client())
        if name != "anonymous":
            assert person.log_in(name).status_code == 302
        return person

    return enter
