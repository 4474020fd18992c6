from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.pages import create_pages
from feedback.config import Settings
from feedback.db import Database


@pytest.fixture
def client(settings: Settings, database: Database) -> FlaskClient:
    return create_pages(settings, database).test_client()


@pytest.mark.parametrize(
    ("path", "said"),
    [("/privacy", "個人情報の取り扱い"), ("/contact", "0120-279-338"), ("/contact", "tel:%237119")],
)
def test_pages_are_served_with_strict_headers(client: FlaskClient, path: str, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert said in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text


def test_home_leads_to_how_to_reach_the_city(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/contact"


def test_the_stylesheet_is_served(client: FlaskClient) -> None:
    with client.get("/assets/public.css") as answer:
        assert answer.status_code == 200


def test_unknown_pages_answer_in_japanese(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "見つかりません" in answer.text


def test_health(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok"}


def test_health_without_a_database(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "folder.sqlite3"
    folder.mkdir()
    database = Database(f"sqlite:///{folder}")
    assert create_pages(settings, database).test_client().get("/health").status_code == 503
    database.dispose()
