"""Words that must be noticed at once: danger to life, abuse, dangerous places, threats.

The model's probability decides, with points chosen for recall; plain phrases that leave no doubt add to it,
and phrases that only sound dangerous (訓練, 死ぬほど暑い) take away.
"""

import re
from collections.abc import Mapping

from classifier.normalise import normalise

LABELS = ("emergency", "self_harm", "abuse", "threat", "hazard")
NONE = "none"
_SURE = 0.95

_PLAIN: dict[str, re.Pattern[str]] = {
    "self_harm": re.compile(
        r"死にた(?:い(?![くほ])|くな|くて)|死のうと|死んでしまいた|死んじゃいた|しにた(?:い|くな)|消えてしまいた|消えてなくなりた|"
        r"(?:生きて(?:い|る)|いき)(?:たくな|るのがつら|るのが辛|るのに疲れ|る意味が(?:な|わか))|自殺(?:した|しよう|する(?:つもり|しか)|を考え)|首を(?:吊|つ)(?:る|ろ|り)|"
        r"飛び降り(?:た(?:い|くな)|よう|ます)|飛び込(?:みた|もう)|リスカ|リストカット|手首を切|薬を(?:全部|大量に|たくさん)飲|遺書|いなくなりたい|"
        r"i want to die|kill myself|suicide|end my life|想死|不想活|自[杀殺]|죽고 싶|자살|quero morrer|me matar|muốn chết|tự tử|quiero morir|suicid"
    ),
    "emergency": re.compile(
        r"火事です|火事だ|かじです|燃えて(?:い|る|ま)|火が(?:出て|上がって|ついて)|炎が(?:見え|上が)|煙が(?:出て|上がって|すごい)|爆発し|"
        r"(?:意識|息)(?:が|も)?(?:な(?!く)|して(?:い)?な)|呼吸(?:が|して(?:い)?な)|血を流して|血だらけ|刺され(?:た|て|まし)|はねられ(?:た|て|まし)|轢かれ(?:た|て|まし)(?!.{0,3}猫)|"
        r"(?:人|おじいさん|おばあさん|女性|男性|お年寄り|子ども|子供|母|父|夫|妻)(?:が|は).{0,10}倒れて(?:い|ます|る)|溺れて|おぼれて|流されて(?:い|ます|る)|"
        r"助けてください.{0,20}(?:火|煙|血|襲|閉じ込|動け)|閉じ込められて(?:い|ます|る)|ガス臭|ガスの(?:匂|臭|にお)い|ガス漏れして|救急車(?:を)?(?:呼んで|お願い|来て)|"
        r"襲われ(?:た|て(?:い|る))|土砂(?:が)?崩れ(?:て|た|まし)|陥没し(?:て|まし|た)|"
        r"there is a fire|on fire|not breathing|unconscious|着火了|着火了|救命|失火|불이 났|pegando fogo|incêndio|cháy|incendio"
    ),
}
_ONLY_SOUNDS_SO: re.Pattern[str] = re.compile(
    r"死ぬほど|死にそうなほど|死にそうに(?:暑|寒|眠)|死にたいくらい(?:暑|恥)|(?:自殺|虐待|火災|事故|犯罪|災害)(?:対策|予防|防止|統計|件数)|訓練|講習|講演|講座|研修|もし(?:も)?|場合|のとき(?:の|は|に)|"
    r"時は(?:どう|どこ)|ときは(?:どう|どこ)|に備え|保険|小説|映画|ドラマ|歌詞|ゲーム|ニュース|昔|以前|先日|去年|昨年|先週|先月|おかげで|ありがとう|展示|募集|ポスター|啓発|パンフ|チラシ"
)
# How far such a phrase lowers what the model thinks; plain phrases then no longer decide by themselves.
_LOWERED = {"emergency": 0.6, "self_harm": 0.75, "abuse": 0.8, "threat": 0.8, "hazard": 1.0}


def _plain(label: str, spelled: str) -> bool:
    expression = _PLAIN.get(label)
    return bool(expression and expression.search(spelled))


def decide_safety(text: str, probabilities: Mapping[str, float], points: Mapping[str, float]) -> str | None:
    """The gravest matter a text speaks of, or None.

    ``probabilities`` are the model's for each label, ``points`` from which probability a label counts.
    """
    spelled = normalise(text)
    doubtful = bool(_ONLY_SOUNDS_SO.search(spelled))
    found: dict[str, float] = {}
    for label in LABELS:
        probability = probabilities.get(label, 0.0) * (_LOWERED[label] if doubtful else 1.0)
        if not doubtful and _plain(label, spelled):
            probability = max(probability, _SURE)
        strength = probability / points.get(label, 0.5)
        if strength >= 1:
            found[label] = strength
    return max(found, key=lambda label: found[label]) if found else None
