"""Which column of somebody's table means what, and what its words mean. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from feedback.errors import Invalid


class Field(StrEnum):
    """What a column of an imported table can tell of an opinion."""

    TEXT = "text"
    RECEIVED_AT = "received_at"
    SOURCE_ID = "source_id"
    MATTER_NUMBER = "matter_number"
    TITLE = "title"
    CHANNEL = "channel"
    KIND = "kind"
    AREA = "area"
    DEPARTMENT = "department"
    STATUS = "status"
    OUTCOME = "outcome"
    ANSWERED_AT = "answered_at"
    CLOSED_AT = "closed_at"
    AGE_BAND = "age_band"
    DISTRICT = "district"
    NAME = "name"
    CONTACT = "contact"
    WANTS_REPLY = "wants_reply"


FIELD_NAMES = {
    Field.TEXT: "内容（必須）",
    Field.RECEIVED_AT: "受付日（必須）",
    Field.SOURCE_ID: "受付番号・整理番号",
    Field.MATTER_NUMBER: "件番号（1通に複数の件があるとき）",
    Field.TITLE: "件名",
    Field.CHANNEL: "受付方法",
    Field.KIND: "種別",
    Field.AREA: "分野",
    Field.DEPARTMENT: "担当課",
    Field.STATUS: "対応状況",
    Field.OUTCOME: "対応区分",
    Field.ANSWERED_AT: "回答日",
    Field.CLOSED_AT: "完了日",
    Field.AGE_BAND: "年代",
    Field.DISTRICT: "地区",
    Field.NAME: "氏名",
    Field.CONTACT: "連絡先",
    Field.WANTS_REPLY: "回答希望",
}
REQUIRED = (Field.TEXT, Field.RECEIVED_AT)

_SYNONYMS: dict[Field, str] = {
    Field.TEXT: "内容 本文 ご意見 意見 意見内容 ご意見の内容 ご意見内容 要望内容 市民の声 詳細 投書内容 text",
    Field.RECEIVED_AT: "受付日 受付日時 受付年月日 受理日 収受日 受信日 受信日時 日付 投稿日 投稿日時 received_at",
    Field.SOURCE_ID: "受付番号 整理番号 管理番号 番号 受付No 受付ID No ID 通番 連番 receipt_number source_id",
    Field.MATTER_NUMBER: "件番号 matter_number",
    Field.TITLE: "件名 タイトル 題名 標題 表題 要旨 title subject",
    Field.CHANNEL: "受付方法 受付経路 受付手段 媒体 手段 方法 受付区分 経路 channel_name channel 受付方法コード",
    Field.KIND: "種別 種類 意見種別 区分 声の種別 kind_name kind 種別コード",
    Field.AREA: "分野 分類 カテゴリ カテゴリー 政策分野 大分類 area_name area 分野コード",
    Field.DEPARTMENT: "担当課 所管課 担当部署 所管 担当 主管課 回答課 部署 department department_code 担当課コード",
    Field.STATUS: "対応状況 状況 状態 ステータス 進捗 処理状況 status_name status 対応状況コード",
    Field.OUTCOME: "対応区分 対応結果 処理区分 反映区分 outcome_name outcome 対応区分コード",
    Field.ANSWERED_AT: "回答日 回答日時 回答年月日 返信日 answered_at",
    Field.CLOSED_AT: "完了日 完了日時 完結日 処理完了日 closed_at",
    Field.AGE_BAND: "年代 年齢 年齢層 年齢区分 年代コード age_band_name age_band",
    Field.DISTRICT: "地区 住所地区 地域 町名 お住まいの地区 居住地区 district",
    Field.NAME: "氏名 名前 お名前 投稿者 差出人 申出者 name",
    Field.CONTACT: "連絡先 電話番号 電話 メールアドレス メール email phone contact",
    Field.WANTS_REPLY: "回答希望 回答の要否 回答要否 返信希望 wants_reply",
}  # fmt: skip
_DECORATION = re.compile(r"[\s　\"'*※:：・()（）\[\]【】.．。/／_-]+")


def _plain(heading: str) -> str:
    return _DECORATION.sub("", unicodedata.normalize("NFKC", heading).casefold())


_MEANINGS: dict[str, tuple[Field, int]] = {
    _plain(word): (meaning, rank) for meaning, words in _SYNONYMS.items() for rank, word in enumerate(words.split())
}


def guess(headings: Sequence[str]) -> dict[Field, int]:
    """Field → column for the headings that are understood; of several for one field, the best known word wins."""
    best: dict[Field, tuple[int, int]] = {}
    for number, heading in enumerate(headings):
        found = _MEANINGS.get(_plain(heading))
        if found is None:
            continue
        meaning, rank = found
        if meaning not in best or rank < best[meaning][0]:
            best[meaning] = (rank, number)
    return {meaning: number for meaning, (_, number) in best.items()}


def find_headings(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows holds the headings: titles and blank rows often stand above them."""
    scores = [len(guess(row)) for row in rows]
    return max(range(len(scores)), key=lambda number: (scores[number], -number)) if scores else 0


def override(guessed: Mapping[Field, int], chosen: Mapping[str, str], headings: Sequence[str]) -> dict[Field, int]:
    """The guess, corrected by a person: field name → heading, column letter (A, B …) or "" for none.

    Invalid when a field or a heading does not exist.
    """
    columns = dict(guessed)
    for name, heading in chosen.items():
        if name not in list(Field):
            raise Invalid(f"「{name}」という項目はありません。使える項目: {'、'.join(Field)}")
        if heading == "":
            columns.pop(Field(name), None)
        else:
            columns[Field(name)] = _column(heading, headings)
    return columns


def _column(heading: str, headings: Sequence[str]) -> int:
    if heading in headings:
        return list(headings).index(heading)
    if re.fullmatch(r"[A-Za-z]{1,2}", heading):
        number = 0
        for letter in heading.upper():
            number = number * 26 + ord(letter) - 64
        if number <= len(headings):
            return number - 1
    raise Invalid(f"「{heading}」という列が見つかりません。列の見出し: {'、'.join(filter(None, headings))}")
