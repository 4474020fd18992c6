"""An opinion that came by e-mail is entered, answered, and the answer arrives at a mail server."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from feedback.clock import utc_now
from feedback.db import Database
from feedback.opinions.models import Matter
from feedback.staff.rules import Role
from tests.app.servers import MailServer, mail_server
from tests.conftest import PASSWORD
from tests.feedback.answers.desk import hire
from tests.journeys.city import City, running_city, wait_until

pytestmark = pytest.mark.journey
ADDRESS = "hanako@citizen.example"
BODY = "図書館の座席を、12月10日までに20席増やします。"


class Browser:
    """Somebody's pages: cookies kept, forms posted with their token."""

    def __init__(self, port: int, name: str) -> None:
        self.http = urllib3.PoolManager()
        self.address = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {}
        self.post("/login", {"email": f"{name}@machikoe.example", "password": PASSWORD}, form="/login")

    def get(self, path: str) -> str:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str], *, form: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(form))
        assert token is not None
        return self._ask("POST", path, {"csrf_token": token[1], **fields})

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> str:
        headers = {
            "Connection": "close",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        how: dict[str, Any] = {"headers": headers, "redirect": False}
        if fields is not None:
            how |= {"fields": fields, "encode_multipart": False}
        response = self.http.request(method, f"{self.address}{path}", **how)
        for line in response.headers.getlist("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        if response.status in {302, 303}:
            return self._ask("GET", response.headers["Location"].removeprefix(self.address), None)
        return response.data.decode()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def posting_city(tmp_path: Path, database_url: str, mail: MailServer) -> Iterator[City]:
    settings = {
        "MACHIKOE_SMTP_HOST": "127.0.0.1",
        "MACHIKOE_SMTP_PORT": str(mail.port),
        "MACHIKOE_SMTP_SECURITY": "none",
        "MACHIKOE_SMTP_FROM": "machikoe@city.example",
    }
    with running_city(tmp_path, database_url, **settings) as running:
        yield running


def test_a_decided_answer_is_mailed_once_though_the_admin_was_killed(posting_city: City, mail: MailServer) -> None:
    city = posting_city
    database = Database(city.database_url)
    with database.write() as session:
        chief = hire(session, "mori", Role.APPROVER, "library", at=utc_now())
        hire(session, "murakami", Role.STAFF, "library", at=utc_now())
    database.dispose()
    city.start_staff()
    clerk, decider = (Browser(city.staff_port, name) for name in ("murakami", "mori"))
    received = {"channel": "email", "received_at": "2026-11-20T10:00", "area": "culture", "kind": "request"}
    wish = {"text": "図書館の座席を増やしてください。", "contact": ADDRESS, "name": "花子", "wants_reply": "y"}
    said = clerk.post("/entry", received | wish, form="/entry")
    assert "で登録し" in said
    database = Database(city.database_url)
    with database.write() as session:
        matter = session.query(Matter).one()
        matter.department_id = chief.department_id or 0
        path = f"/matters/{matter.id}/answer"
    database.dispose()
    page = clerk.get(path)

    def shown(name: str, text: str) -> str:
        found = re.search(rf'name="{name}" value="(\d+)"', text)
        assert found is not None, name
        return found[1]

    draft = {"version": "0", "matter_version": shown("matter_version", page), "body": BODY, "method": "email"}
    said = clerk.post(path, draft | {"do": "submit", "reviewer": str(chief.id)}, form=path)
    assert "決裁に出しました" in said
    page = decider.get(path)
    fields = {name: shown(name, page) for name in ("answer_id", "version")}
    assert "決裁しました" in decider.post(f"{path}/decide", fields | {"do": "approve"}, form=path)
    assert "電子メールを送信しています" in clerk.get(path)

    city.stop("staff", signal.SIGKILL)
    city.start_staff()
    city.start_worker()
    wait_until(lambda: "電子メールで送りました" in clerk.get(path))
    [answer] = [one for one in mail.got if one["To"] == ADDRESS]  # staff get notices over the same server
    assert BODY in answer.get_content()
    logs = (city.folder / "worker.log").read_text() + (city.folder / "staff.log").read_text()
    assert ADDRESS not in logs
    assert "図書館の座席" not in logs
