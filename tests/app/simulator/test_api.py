import hashlib
import hmac
import io
import time
import uuid
from base64 import b64encode

import pytest
from PIL import Image

from app.simulator.client import Citizen, SimulatorClient
from app.simulator.server import SimulatorServer
from tests.app.simulator.echo_bot import SECRET, EchoBot, Json, silent

pytestmark = pytest.mark.usefixtures("server")

HELLO = [{"type": "text", "text": "こんにちは"}]


def push(bot: EchoBot, to: str, key: str | None = None) -> tuple[int, Json]:
    body = {"to": to, "messages": HELLO}
    if key is None:
        return bot.call("POST", "/v2/bot/message/push", body)
    return bot.call("POST", "/v2/bot/message/push", body, X_Line_Retry_Key=key)


def reply(bot: EchoBot, token: str) -> tuple[int, Json]:
    return bot.call("POST", "/v2/bot/message/reply", {"replyToken": token, "messages": HELLO})


class TestGate:
    def test_token(self, bot: EchoBot) -> None:
        status, body = bot.call("GET", "/v2/bot/info", Authorization="Bearer wrong")
        assert status == 401
        assert body["message"].startswith("Authentication failed due to the following reason: invalid token.")

    def test_every_answer_has_a_request_id(self, bot: EchoBot) -> None:
        bot.call("GET", "/v2/bot/info")
        assert uuid.UUID(bot.last_headers["X-Line-Request-Id"])

    def test_bodies_that_are_no_json_object(self, bot: EchoBot) -> None:
        for raw in (b"", b"{", b"[]", b"\xff"):
            status, body = bot.call("POST", "/v2/bot/message/push", raw=raw)
            assert (status, "could not be parsed" in body["message"]) == (400, True)
        huge = b'{"to": "' + b"x" * (2 * 1024 * 1024) + b'"}'
        assert bot.call("POST", "/v2/bot/message/push", raw=huge)[0] == 413

    def test_errors_name_message_and_property(self, bot: EchoBot) -> None:
        body = {"to": "U" + "0" * 32, "messages": [{"type": "text", "text": ""}, {"type": "smell"}]}
        status, answer = bot.call("POST", "/v2/bot/message/push", body)
        assert (status, answer["message"]) == (400, "The request body has 2 error(s)")
        assert answer["details"][0] == {"message": "May not be empty", "property": "messages[0].text"}
        assert answer["details"][1]["property"] == "messages[1].type"

    def test_unknown_paths(self, bot: EchoBot) -> None:
        assert bot.call("GET", "/v2/bot/nowhere") == (404, {"message": "Not found"})
        assert bot.call("DELETE", "/v2/bot/info")[0] == 404


class TestReply:
    def token(self, tanaka: Citizen, bot: EchoBot) -> str:
        bot.answer = silent
        tanaka.say("a")
        return str(bot.events[-1]["replyToken"])

    def test_a_token_is_good_once(self, tanaka: Citizen, bot: EchoBot) -> None:
        token = self.token(tanaka, bot)
        status, body = reply(bot, token)
        assert (status, len(body["sentMessages"])) == (200, 1)
        assert reply(bot, token) == (400, {"message": "Invalid reply token"})
        assert reply(bot, "0" * 32)[0] == 400
        assert tanaka.answers()[0].via == "reply"

    def test_a_refused_request_leaves_the_token_good(self, tanaka: Citizen, bot: EchoBot) -> None:
        token = self.token(tanaka, bot)
        bad = {"replyToken": token, "messages": HELLO * 6}
        assert bot.call("POST", "/v2/bot/message/reply", bad)[0] == 400
        assert reply(bot, token)[0] == 200

    def test_a_token_expires_and_redelivery_renews_it(
        self, tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient
    ) -> None:
        simulator.change_settings(reply_token_seconds=0.1)
        token = self.token(tanaka, bot)
        time.sleep(0.15)
        assert reply(bot, token)[0] == 400
        simulator.redeliver(bot.events[-1]["webhookEventId"])
        assert bot.events[-1]["deliveryContext"]["isRedelivery"]
        assert reply(bot, token)[0] == 200

    def test_replies_take_no_retry_key(self, bot: EchoBot) -> None:
        status, _ = bot.call("POST", "/v2/bot/message/reply", {}, X_Line_Retry_Key=str(uuid.uuid4()))
        assert status == 400

    def test_standby_has_no_token(self, tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
        simulator.set_faults(standby=True)
        tanaka.say("a")
        assert bot.events[-1]["mode"] == "standby"
        assert "replyToken" not in bot.events[-1]


class TestPush:
    def test_retry_key_is_accepted_once(self, tanaka: Citizen, bot: EchoBot) -> None:
        key = str(uuid.uuid4())
        status, first = push(bot, tanaka.id, key)
        request_id = bot.last_headers["X-Line-Request-Id"]
        assert status == 200
        status, second = push(bot, tanaka.id, key.upper())
        assert status == 409
        assert bot.last_headers["X-Line-Accepted-Request-Id"] == request_id
        assert second["sentMessages"] == first["sentMessages"]
        assert len(tanaka.answers()) == 1
        assert push(bot, tanaka.id, "once")[0] == 400

    def test_a_refused_push_does_not_use_up_the_key(self, tanaka: Citizen, bot: EchoBot) -> None:
        key = str(uuid.uuid4())
        assert push(bot, "U" + "0" * 32, key) == (
            400,
            {"message": "Failed to send messages"},
        )
        assert push(bot, tanaka.id, key)[0] == 200

    def test_blocked_citizens_are_accepted_but_read_nothing(self, tanaka: Citizen, bot: EchoBot) -> None:
        tanaka.block()
        assert push(bot, tanaka.id)[0] == 200
        assert tanaka.answers() == []

    def test_monthly_quota(self, tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
        assert bot.call("GET", "/v2/bot/message/quota")[1] == {"type": "none"}
        simulator.change_settings(monthly_quota=1)
        assert push(bot, tanaka.id)[0] == 200
        assert push(bot, tanaka.id) == (429, {"message": "You have reached your monthly limit."})
        assert bot.call("GET", "/v2/bot/message/quota")[1] == {"type": "limited", "value": 1}
        assert bot.call("GET", "/v2/bot/message/quota/consumption")[1] == {"totalUsage": 1}
        assert bot.call("GET", "/v2/bot/message/delivery/push")[1] == {"status": "ready", "success": 1}


class TestManyReaders:
    def test_multicast(self, simulator: SimulatorClient, tanaka: Citizen, bot: EchoBot) -> None:
        stranger = "U" + "f" * 32
        body = {"to": [tanaka.id, tanaka.id, stranger], "messages": HELLO}
        assert bot.call("POST", "/v2/bot/message/multicast", body) == (200, {})
        assert [message.via for message in tanaka.answers()] == ["multicast"]
        assert simulator.calls("multicast")[0]["body"]["to"] == 3

    @pytest.mark.parametrize("to", [[], ["U1"], ["U" + "0" * 32] * 501, "U" + "0" * 32, None])
    def test_multicast_refuses(self, bot: EchoBot, to: object) -> None:
        status, body = bot.call("POST", "/v2/bot/message/multicast", {"to": to, "messages": HELLO})
        assert (status, body["details"][0]["property"]) == (400, "to")

    def test_broadcast_and_narrowcast(self, tanaka: Citizen, bot: EchoBot) -> None:
        assert bot.call("POST", "/v2/bot/message/broadcast", {"messages": HELLO})[0] == 200
        status, _ = bot.call("POST", "/v2/bot/message/narrowcast", {"messages": HELLO, "limit": {"max": 10}})
        assert status == 202
        path = "/v2/bot/message/progress/narrowcast?requestId="
        progress = bot.call("GET", path + bot.last_headers["X-Line-Request-Id"])[1]
        assert (progress["phase"], progress["successCount"]) == ("succeeded", 1)
        assert bot.call("GET", path + "x")[0] == 404
        assert [message.via for message in tanaka.answers()] == ["broadcast", "narrowcast"]

    def test_validate_sends_nothing(self, tanaka: Citizen, bot: EchoBot) -> None:
        assert bot.call("POST", "/v2/bot/message/validate/push", {"messages": HELLO}) == (200, {})
        assert bot.call("POST", "/v2/bot/message/validate/reply", {"messages": []})[0] == 400
        assert bot.call("POST", "/v2/bot/message/validate/smoke", {"messages": HELLO})[0] == 404
        assert tanaka.answers() == []

    def test_one_hundred_thousand_readers(self, server: SimulatorServer, bot: EchoBot) -> None:
        client = SimulatorClient(server.url)
        everyone = client.add_citizens(100_000)
        for first in range(0, len(everyone), 500):
            body = {"to": everyone[first : first + 500], "messages": HELLO}
            assert bot.call("POST", "/v2/bot/message/multicast", body)[0] == 200
        last = server.world.chats[everyone[-1]].bubbles
        assert last[0] is server.world.chats[everyone[-2]].bubbles[0]
        assert server.world.consumed == 100_000
        client.close()


class TestAccount:
    def test_info(self, bot: EchoBot) -> None:
        info = bot.call("GET", "/v2/bot/info")[1]
        assert (info["chatMode"], info["displayName"]) == ("bot", "まちこえ市")

    def test_webhook_endpoint(self, bot: EchoBot, simulator: SimulatorClient) -> None:
        path = "/v2/bot/channel/webhook/endpoint"
        assert bot.call("GET", path)[1] == {"endpoint": bot.url, "active": True}
        assert bot.call("PUT", path, {"endpoint": "ftp://example.jp"})[0] == 400
        assert bot.call("PUT", path, {"endpoint": "https://example.jp/hook"})[0] == 200
        assert bot.call("GET", path)[1]["endpoint"] == "https://example.jp/hook"
        simulator.change_settings(webhook_url="")
        assert bot.call("GET", path)[0] == 404

    def test_webhook_test_sends_no_events(self, bot: EchoBot) -> None:
        answer = bot.call("POST", "/v2/bot/channel/webhook/test")[1]
        assert (answer["success"], answer["statusCode"], answer["reason"]) == (True, 200, "OK")
        assert bot.bodies[-1]["events"] == []
        nobody = {"endpoint": "http://127.0.0.1:9/"}
        assert bot.call("POST", "/v2/bot/channel/webhook/test", nobody)[1]["reason"] == "COULD_NOT_CONNECT"
        bot.status = 500
        assert not bot.call("POST", "/v2/bot/channel/webhook/test", {})[1]["success"]

    def test_loading_animation(self, bot: EchoBot, tanaka: Citizen, server: SimulatorServer) -> None:
        def start(chat_id: str, seconds: object) -> int:
            body = {"chatId": chat_id, "loadingSeconds": seconds}
            return bot.call("POST", "/v2/bot/chat/loading/start", body)[0]

        assert [start(tanaka.id, seconds) for seconds in (5, 60, 4, 65, 7, "5")] == [
            202,
            202,
            400,
            400,
            400,
            400,
        ]
        assert start("C" + "0" * 32, 5) == 400
        assert server.world.chats[tanaka.id].typing_until > time.time()
        push(bot, tanaka.id)
        assert server.world.chats[tanaka.id].typing_until == 0

    def test_followers_and_insight(self, bot: EchoBot, simulator: SimulatorClient) -> None:
        simulator.reset()
        ids = simulator.add_citizens(5)
        first = bot.call("GET", "/v2/bot/followers/ids?limit=3")[1]
        rest = bot.call("GET", f"/v2/bot/followers/ids?limit=3&start={first['next']}")[1]
        assert first["userIds"] + rest["userIds"] == ids
        assert "next" not in rest
        simulator.citizens()[0].block()
        numbers = bot.call("GET", "/v2/bot/insight/followers?date=20261121")[1]
        assert numbers == {"status": "ready", "followers": 5, "targetedReaches": 4, "blocks": 1}
        demographic = bot.call("GET", "/v2/bot/insight/demographic")[1]
        for part in ("genders", "ages", "areas", "appTypes", "subscriptionPeriods"):
            assert sum(tile["percentage"] for tile in demographic[part]) == pytest.approx(100)

    def test_unknown_content(self, bot: EchoBot) -> None:
        assert bot.call("GET", "/v2/bot/message/1/content")[0] == 404


def menu(**changes: object) -> Json:
    bounds = {"x": 0, "y": 0, "width": 1250, "height": 843}
    areas = [
        {"bounds": bounds, "action": {"type": "postback", "label": "状況", "data": "status"}},
        {
            "bounds": bounds | {"x": 1250},
            "action": {
                "type": "richmenuswitch",
                "label": "次へ",
                "richMenuAliasId": "second",
                "data": "next",
            },
        },
    ]
    size = {"width": 2500, "height": 843}
    return {"size": size, "selected": True, "name": "主", "chatBarText": "メニュー", "areas": areas} | changes


def picture(width: int = 2500, height: int = 843, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#06c").save(out, kind)
    return out.getvalue()


class TestRichMenus:
    def create(self, bot: EchoBot, *, image: bool = True) -> str:
        menu_id = str(bot.call("POST", "/v2/bot/richmenu", menu())[1]["richMenuId"])
        if image:
            path = f"/v2/bot/richmenu/{menu_id}/content"
            assert bot.call("POST", path, raw=picture(), Content_Type="image/png")[0] == 200
        return menu_id

    def test_life_of_a_menu(self, bot: EchoBot, tanaka: Citizen) -> None:
        assert bot.call("GET", "/v2/bot/user/all/richmenu")[0] == 404
        menu_id = self.create(bot)
        assert tanaka.offered() == []
        assert bot.call("POST", f"/v2/bot/user/all/richmenu/{menu_id}")[0] == 200
        assert bot.call("GET", "/v2/bot/user/all/richmenu")[1] == {"richMenuId": menu_id}
        assert tanaka.offered() == ["状況", "次へ"]
        tanaka.tap("状況")
        assert bot.events[-1]["postback"] == {"data": "status"}
        assert bot.call("GET", f"/v2/bot/richmenu/{menu_id}")[1]["chatBarText"] == "メニュー"
        assert bot.call("GET", f"/v2/bot/richmenu/{menu_id}/content")[1]["body"] == picture()
        assert len(bot.call("GET", "/v2/bot/richmenu/list")[1]["richmenus"]) == 1
        assert bot.call("DELETE", "/v2/bot/user/all/richmenu")[0] == 200
        assert bot.call("DELETE", f"/v2/bot/richmenu/{menu_id}")[0] == 200
        assert bot.call("DELETE", f"/v2/bot/richmenu/{menu_id}")[0] == 404

    def test_personal_menus_and_aliases(self, bot: EchoBot, tanaka: Citizen) -> None:
        first, second = self.create(bot), self.create(bot)
        personal = f"/v2/bot/user/{tanaka.id}/richmenu"
        assert bot.call("GET", personal)[0] == 404
        assert bot.call("POST", f"{personal}/{first}")[0] == 200
        alias = {"richMenuAliasId": "second", "richMenuId": second}
        assert [bot.call("POST", "/v2/bot/richmenu/alias", alias)[0] for _ in range(2)] == [200, 400]
        tanaka.tap("次へ")
        params = bot.events[-1]["postback"]["params"]
        assert params == {"newRichMenuAliasId": "second", "status": "SUCCESS"}
        assert bot.call("GET", personal)[1] == {"richMenuId": second}
        assert bot.call("GET", "/v2/bot/richmenu/alias/list")[1]["aliases"] == [alias]
        one = "/v2/bot/richmenu/alias/second"
        assert bot.call("POST", one, {"richMenuId": first})[0] == 200
        assert bot.call("GET", one)[1]["richMenuId"] == first
        assert [bot.call("DELETE", one)[0] for _ in range(2)] == [200, 404]
        assert bot.call("DELETE", personal)[0] == 200

    def test_bulk_links(self, bot: EchoBot, tanaka: Citizen) -> None:
        body = {"richMenuId": self.create(bot), "userIds": [tanaka.id]}
        assert bot.call("POST", "/v2/bot/richmenu/bulk/link", body)[0] == 202
        assert tanaka.offered()
        assert bot.call("POST", "/v2/bot/richmenu/bulk/unlink", {"userIds": [tanaka.id]})[0] == 202
        assert tanaka.offered() == []
        assert bot.call("POST", "/v2/bot/richmenu/bulk/unlink", {"userIds": []})[0] == 400

    def test_images_are_checked(self, bot: EchoBot) -> None:
        menu_id = self.create(bot, image=False)
        path = f"/v2/bot/richmenu/{menu_id}/content"
        assert bot.call("POST", f"/v2/bot/user/all/richmenu/{menu_id}")[0] == 400
        assert bot.call("GET", path)[0] == 404
        refused = [b"no image", picture(800, 540), picture(kind="GIF"), b"\x00" * (1024 * 1024 + 1)]
        for raw in refused:
            assert bot.call("POST", path, raw=raw, Content_Type="image/png")[0] == 400
        assert bot.call("POST", path, raw=picture(), Content_Type="image/gif")[0] == 415
        statuses = [bot.call("POST", path, raw=picture(), Content_Type="image/png")[0] for _ in range(2)]
        assert statuses == [200, 400]

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"chatBarText": "あ" * 15}, "chatBarText"),
            ({"name": "あ" * 301}, "name"),
            ({"selected": "yes"}, "selected"),
            ({"size": {"width": 799, "height": 300}}, "size.width"),
            ({"size": {"width": 2500, "height": 249}}, "size.height"),
            ({"size": {"width": 1200, "height": 1200}}, "size"),
            ({"size": None}, "size"),
            ({"areas": menu()["areas"] * 11}, "areas"),
            ({"areas": [{"bounds": {"x": 2000, "y": 0, "width": 501, "height": 1}}]}, "areas[0].action"),
            (
                {"areas": [menu()["areas"][0] | {"bounds": {"x": 2000, "y": 800, "width": 501, "height": 44}}]},
                "areas[0].bounds.width",
            ),
        ],
    )
    def test_limits(self, bot: EchoBot, changes: Json, where: str) -> None:
        status, body = bot.call("POST", "/v2/bot/richmenu/validate", menu(**changes))
        assert status == 400
        assert where in [detail["property"] for detail in body["details"]]
        assert bot.call("POST", "/v2/bot/richmenu/validate", menu())[0] == 200


def test_webhooks_are_signed_over_the_raw_body(tanaka: Citizen, bot: EchoBot) -> None:
    seen: list[tuple[bytes, str]] = []
    take = bot.receive

    def spy(raw: bytes, signature: str) -> int:
        seen.append((raw, signature))
        return take(raw, signature)

    bot.receive = spy  # type: ignore[method-assign]  # the bot is the test's own
    tanaka.say("署名👍🏽")
    raw, signature = seen[0]
    assert b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode() == signature
    assert bot.bad_signatures == 0
    assert "署名👍🏽".encode() in raw
