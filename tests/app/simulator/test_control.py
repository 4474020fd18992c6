"""What the page asks for: the feed, pictures, headers, and the guard against other sites."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import urllib3

from app.simulator.client import Citizen, SimulatorClient, SimulatorError
from app.simulator.server import SimulatorServer
from tests.app.simulator.echo_bot import EchoBot


def test_the_feed_tells_only_what_is_new(simulator: SimulatorClient, tanaka: Citizen, bot: EchoBot) -> None:
    first = simulator.call("GET", "/feed", query={"after": 0, "chat": tanaka.id})
    assert first["fresh"]
    assert [chat["name"] for chat in first["chats"]][-1] == tanaka.name
    assert first["settings"]["bot_name"] == "まちこえ市"
    assert "channel_secret" not in first["settings"]
    tanaka.say("a")
    tanaka.wait_for()
    bot.settle()
    news = simulator.call("GET", "/feed", query={"after": first["revision"], "chat": tanaka.id})
    assert [chat["id"] for chat in news["chats"]] == [tanaka.id]
    assert [bubble["via"] for bubble in news["open"]["bubbles"]] == ["webhook", "reply"]
    assert [delivery["statuses"] for delivery in news["deliveries"]] == [[200]]
    assert [call["endpoint"] for call in news["calls"]] == ["reply"]


def test_the_feed_waits_for_news(simulator: SimulatorClient, tanaka: Citizen) -> None:
    revision = simulator.call("GET", "/feed")["revision"]
    threading.Timer(0.1, tanaka.block).start()
    news = simulator.call("GET", "/feed", query={"after": revision, "timeout": 5})
    assert news["chats"][0]["blocked"]
    newest = simulator.call("GET", "/feed", query={"after": news["revision"], "timeout": 0.05})["revision"]
    assert newest >= news["revision"]


def test_after_a_reset_the_feed_starts_anew(simulator: SimulatorClient, tanaka: Citizen) -> None:
    revision = simulator.call("GET", "/feed")["revision"]
    simulator.call("POST", "/reset", {"cast": ["佐藤 花子"]})
    news = simulator.call("GET", "/feed", query={"after": revision})
    assert news["fresh"]
    assert [chat["name"] for chat in news["chats"]] == ["佐藤 花子"]
    assert news["open"] is None
    with pytest.raises(SimulatorError, match="404"):
        tanaka.transcript()


def test_a_crowd_is_cut_to_the_latest(simulator: SimulatorClient) -> None:
    simulator.add_citizens(150)
    news = simulator.call("GET", "/feed")
    assert len(news["chats"]) == 100


def test_other_sites_cannot_play(server: SimulatorServer) -> None:
    for site, status in (("cross-site", 403), ("same-origin", 200), ("none", 200)):
        answer = urllib3.request("GET", f"{server.url}/_sim/health", headers={"Sec-Fetch-Site": site})
        assert answer.status == status


def test_the_page_is_locked_down(server: SimulatorServer) -> None:
    answer = urllib3.request("GET", server.url)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "LINEシミュレーター".encode() in answer.data
    assert urllib3.request("GET", f"{server.url}/static/main.js").headers["Content-Type"].startswith("text/javascript")
    assert urllib3.request("GET", f"{server.url}/static/../server.py").status == 404


def test_pictures_of_this_machine_only(server: SimulatorServer) -> None:
    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png" if self.path == "/a.png" else "text/html")
            self.end_headers()
            self.wfile.write(b"picture")

        def log_message(self, *_args: object) -> None:
            return

    shop = HTTPServer(("127.0.0.1", 0), Pictures)
    thread = threading.Thread(target=shop.serve_forever, args=(0.05,))
    thread.start()
    own = f"http://127.0.0.1:{shop.server_port}"
    wanted = {
        f"{own}/a.png": 200,
        f"{own}/page": 404,
        "http://127.0.0.1:9/": 404,
        "http://example.jp/a.png": 404,
        "https://example.jp/a.png": 404,
        "file:///etc/passwd": 404,
        "": 404,
    }
    for url, status in wanted.items():
        answer = urllib3.request("GET", f"{server.url}/_sim/picture", fields={"url": url})
        assert answer.status == status, url
    shop.shutdown()
    thread.join()
    shop.server_close()


def test_settings_that_may_be_changed(simulator: SimulatorClient) -> None:
    for wrong in ({"channel_secret": "x"}, {"webhook_url": "http://example.jp/"}):
        with pytest.raises(SimulatorError, match="400"):
            simulator.change_settings(**wrong)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {"type": "smell"}),
        ("photos", {}),
        ("photos", {"photos": ["***"]}),
        ("events", {}),
        ("actions", {}),
    ],
)
def test_what_citizens_cannot_do(simulator: SimulatorClient, tanaka: Citizen, path: str, body: object) -> None:
    with pytest.raises(SimulatorError, match="400"):
        simulator.call("POST", f"/citizens/{tanaka.id}/{path}", body)


def test_unknown_things(simulator: SimulatorClient) -> None:
    for method, path in (
        ("POST", "/deliveries/x/redeliver"),
        ("GET", "/bulk/9"),
        ("GET", "/richmenus/x/image"),
        ("GET", "/content/x"),
    ):
        with pytest.raises(SimulatorError, match="404"):
            simulator.call(method, path)
