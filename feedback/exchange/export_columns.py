"""The columns of an export: names for programs, headings and meanings for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from feedback.opinions.rules import (
    AGE_BANDS,
    CHANNEL_NAMES,
    KIND_NAMES,
    OUTCOME_NAMES,
    SAFETY_NAMES,
    STATUS_NAMES,
)

Code = TypeVar("Code", bound=str)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its Japanese heading, what it says, and the values it may have when they are few."""

    heading: str
    meaning: str
    values: str = ""


def _values(names: Mapping[Code, str]) -> str:
    return "、".join(f"{value}＝{name}" for value, name in names.items())


_YES_NO = "1＝はい、0＝いいえ"

COLUMNS: dict[str, Column] = {
    "receipt_number": Column("受付番号", "一通ごとの番号。市民にもこの番号を伝えています。"),
    "matter_number": Column("件番号", "一通を分けたときの、何件目か。分けていなければ 1 です。"),
    "received_at": Column("受付日時", "届いた日時（日本時間）。"),
    "channel": Column("受付方法コード", "届いた方法の符号。", _values(CHANNEL_NAMES)),
    "channel_name": Column("受付方法", "届いた方法。"),
    "text": Column("内容", "市民の言葉。「個人情報を伏せた」が 1 の行では、電話番号などを〔 〕に置き換えています。"),
    "area": Column("分野コード", "分野の符号。空欄は、まだ決まっていない件です。"),
    "area_name": Column("分野", "分野の名前。"),
    "area_now": Column("今の分野コード", "分野の見直しのあとの符号。見直していなければ「分野コード」と同じです。"),
    "area_now_name": Column("今の分野", "分野の見直しのあとの名前。分割した分野の以前の件は「（分割前）」と付きます。"),
    "area_source": Column(
        "分野の決め手", "分野を決めた者。", "model＝自動分類、citizen＝市民、staff＝職員、system＝取り込んだ表"
    ),
    "kind": Column("種別コード", "種別の符号。", _values(KIND_NAMES)),
    "kind_name": Column("種別", "要望・苦情などの別。"),
    "department": Column("担当課", "いま担当している課。"),
    "department_code": Column("担当課コード", "担当課の符号。"),
    "bureau": Column("部局", "担当課の属する部局。"),
    "status": Column("対応状況コード", "対応状況の符号。", _values(STATUS_NAMES)),
    "status_name": Column("対応状況", "いまどの段階にあるか。"),
    "urgency": Column("緊急度", "急いで見るべきか。", "high＝急ぐ、normal＝通常"),
    "safety": Column("安全コード", "命や安全にかかわるおそれの符号。空欄は該当なし。", _values(SAFETY_NAMES)),
    "safety_name": Column("安全", "命や安全にかかわるおそれ。"),
    "routed_at": Column("振分日時", "いまの担当課へ送った日時（日本時間）。"),
    "started_at": Column("着手日時", "担当課が対応を始めた日時（日本時間）。"),
    "answered_at": Column("回答日時", "回答した日時（日本時間）。"),
    "closed_at": Column("完了日時", "対応を終えた日時（日本時間）。"),
    "due_on": Column("回答期限", "この日までに回答する日。"),
    "outcome": Column("対応区分コード", "対応区分の符号。", _values(OUTCOME_NAMES)),
    "outcome_name": Column("対応区分", "市としてどうしたか。"),
    "outcome_reason": Column("対応の理由", "対応区分をそうした理由。"),
    "age_band": Column("年代コード", "本人が答えた年代の符号。空欄は答えなし。", _values(AGE_BANDS)),
    "age_band_name": Column("年代", "本人が答えた年代。"),
    "district": Column("地区", "本人が答えた、お住まいの地区。"),
    "place_title": Column("場所の名前", "LINEで送られた位置情報の名前。いくつもあれば、最初のもの。"),
    "place_address": Column("場所の住所", "LINEで送られた位置情報の住所。"),
    "latitude": Column("緯度", "位置情報の緯度（十進法）。個人情報を伏せた行では、約100mの粗さに丸めています。"),
    "longitude": Column("経度", "位置情報の経度（十進法）。個人情報を伏せた行では、約100mの粗さに丸めています。"),
    "language": Column("言語", "書かれている言語。", "ja＝日本語、en＝英語 など（ISO 639）"),
    "wants_reply": Column("回答希望", "回答を望んでいるか。", _YES_NO),
    "model_version": Column("分類モデル", "自動分類に使ったモデルの版。"),
    "model_area": Column("モデルの分野コード", "自動分類が選んだ分野の符号。空欄は、自信がなく選ばなかった件です。"),
    "score": Column("モデルの確信度", "自動分類の第一候補の確からしさ。", "0〜1"),
    "masked": Column("個人情報を伏せた", "この行で個人情報を伏せて出力したか。", _YES_NO),
}
"""Column names (stable, for programs) in order."""


def headings(language: str, names: Iterable[str] = COLUMNS) -> list[str]:
    """Column headings: stable names (``en``) or Japanese (``ja``)."""
    return [COLUMNS[name].heading if language == "ja" else name for name in names]
