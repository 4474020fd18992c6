"""Pure: the words of notices. A receipt number, the area, the days left and a link; nothing a citizen wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from feedback.notices.rules import NoticeKind

STAFF_URL = "{staff_url}"
_SHOWN = 50
_LEADS = {
    NoticeKind.SOON: ("回答期限が近い案件があります", "回答期限が近づいています。対応の状況を確かめてください。"),
    NoticeKind.TODAY: (
        "本日が回答期限の案件があります",
        "本日が回答期限です。間に合わないときは、理由を入れて期限を変更してください。",
    ),
    NoticeKind.OVERDUE: ("回答期限を過ぎた案件があります", "回答期限を過ぎました。回答の見込みを確かめてください。"),
    NoticeKind.APPROVER: (
        "期限を過ぎたままの案件があります",
        "課の案件が、回答期限を過ぎたままになっています。担当者と見込みを確かめてください。",
    ),
    NoticeKind.DESK: (
        "期限を過ぎたままの案件があります（広聴担当）",
        "次の案件が、回答期限を過ぎたままになっています。担当課に状況を確かめてください。",
    ),
    NoticeKind.RETURNED: (
        "担当課を決める案件があります",
        "差し戻しが続いた案件です。これまでの経過を見て、担当課を決めてください。",
    ),
    NoticeKind.MENTION: ("内部メモで呼ばれています", "内部メモで、あなたが呼ばれました。メモを確かめてください。"),
    NoticeKind.ASKED: (
        "確認・決裁を待つ回答案があります",
        "回答案の確認・決裁を頼まれています。内容を確かめて、先へ回すか、差し戻してください。",
    ),
    NoticeKind.GIVEN_BACK: (
        "回答案が差し戻されました",
        "回答案が差し戻されました。コメントを確かめて、直してください。",
    ),
    NoticeKind.DECIDED: ("回答案が決裁されました", "書いた回答案が決裁されました。"),
    NoticeKind.RESULT: (
        "反映予定の時期を過ぎた案件があります",
        "反映予定の時期を過ぎました。結果を記録するか、予定を改めてください。",
    ),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter in a notice. ``state``: how it stands, such as あと3営業日. ``page``: which of its pages to open."""

    matter_id: int
    receipt: str
    area: str
    department: str
    state: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a department's digest counts."""

    new: int
    near: int
    overdue: int
    bounced: int
    approving: int

    def any(self) -> bool:
        """Whether there is anything to tell."""
        return any((self.new, self.near, self.overdue, self.bounced, self.approving))


def about_matters(kind: NoticeKind, lines: Sequence[MatterLine]) -> Words:
    """A notice about one matter or several of the same kind."""
    subject, lead = _LEADS[kind]
    entries = [
        f"・{one.receipt}　{one.area}（{one.department}）{one.state}\n  {STAFF_URL}/matters/{one.matter_id}{one.page}"
        for one in lines[:_SHOWN]
    ]
    rest = len(lines) - _SHOWN
    if rest > 0:
        entries.append(f"ほか{rest}件は、受信箱で確かめてください。\n  {STAFF_URL}/?tab=overdue")
    return Words(f"【まちこえ】{subject}（{len(lines)}件）", _signed(lead, *entries))


def digest(department: str, day: date, figures: Figures) -> Words:
    """The department's morning summary."""
    rows = (
        ("新しく届いた案件", figures.new, "/?tab=department"),
        ("期限が近い案件（本日を含む）", figures.near, "/?tab=department&sort=due"),
        ("期限を過ぎた案件", figures.overdue, "/?tab=overdue"),
        ("差し戻された案件", figures.bounced, "/?tab=department"),
        ("決裁を待つ案件", figures.approving, "/?tab=department&status=approving"),
    )
    lines = [f"・{name}：{count}件" + (f"\n  {STAFF_URL}{path}" if count else "") for name, count, path in rows]
    lead = f"{department}の{day.month}月{day.day}日朝の状況です。"
    return Words(f"【まちこえ】{department}の朝のまとめ（{day.month}月{day.day}日）", _signed(lead, *lines))


def _signed(*paragraphs: str) -> str:
    return "\n\n".join((paragraphs[0], "\n".join(paragraphs[1:]), _END)) + "\n"


_END = (
    "――\n市民の書いた内容は、このお知らせには載せていません。リンクから職員用の画面でご覧ください。\n"
    f"お知らせの設定：{STAFF_URL}/notices"
)
