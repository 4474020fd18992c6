"""Pure: the words of an e-mail that carries an answer. Of the citizen's own words it repeats none."""

from dataclasses import dataclass

_LINE = "―" * 20


@dataclass(frozen=True, slots=True)
class MailText:
    """Subject and body of a message."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers. ``reads_replies``: an answer to the mail reaches somebody."""

    city: str
    phone: str
    reads_replies: bool


def answer_text(*, receipt: str, name: str | None, department: str, body: str, office: Office) -> MailText:
    """The answer as the citizen reads it."""
    reply = (
        "このメールに返信して、お問い合わせいただけます。"
        if office.reads_replies
        else "このメールは送信専用です。返信いただいても、内容を確かめることができません。"
    )
    foot = [
        _LINE,
        f"{office.city}　{department}",
        f"電話：{office.phone}（代表）",
        f"受付番号：{receipt}（お問い合わせの際にお伝えください）",
        reply,
    ]
    parts = [
        f"{name}　様" if name else "ご意見をお寄せくださった方へ",
        f"お寄せいただいたご意見（受付番号 {receipt}）に、{department}からお答えします。",
        body.strip(),
        "\n".join(foot),
    ]
    return MailText(f"【{office.city}】ご意見への回答（受付番号 {receipt}）", "\n\n".join(parts) + "\n")
