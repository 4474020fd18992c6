"""A few citizens of the demonstration who follow the account, agree, and write, over the simulator."""

import time

from app.simulator.client import Citizen, SimulatorClient

_WORDS = (
    ("ひばり台小学校の前の横断歩道、白線が消えかけていて車が止まってくれません。子どもが毎朝渡るので心配です。",),
    ("中央公園のブランコの鎖がさびて切れそうです。", "写真を撮ってきたので後で送ります"),
    ("LINEで粗大ごみの申し込みができるようになって助かってます😊 夜中でも申し込めるのがうれしい",),
    ("桜ヶ丘ﾆｭｰﾀｳﾝ線のﾊﾞｽ、最終が20時台なのは早すぎます。せめて21時台まであれば残業の日も使えるのですが…",),
)
_PATIENCE_SECONDS = 20.0


def talk(client: SimulatorClient) -> None:
    """Let the premade citizens talk; the last of them stays a stranger, for whoever tries the demonstration."""
    for citizen, words in zip(client.citizens(), _WORDS, strict=False):
        citizen.follow()
        citizen.tap(_agreeing_label(citizen))
        for text in words:
            citizen.say(text)
        citizen.wait_for("R8-", timeout=_PATIENCE_SECONDS)


def _agreeing_label(citizen: Citizen) -> str:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        for label in citizen.offered():
            if "同意" in label and "ない" not in label:
                return label
        time.sleep(0.1)
    raise TimeoutError("the bot did not ask for consent")
