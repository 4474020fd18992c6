"""How an answer reaches the citizen, in one plain sentence for every way there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.formats import short_datetime
from feedback.answers.delivery_queries import AnswerWay
from feedback.answers.group_rules import usual_method
from feedback.answers.rules import AnswerState, Method
from feedback.letters.rules import LetterState
from feedback.mails.queries import MailView
from feedback.mails.rules import MailState, address_in
from feedback.opinions.details import DeliveryView, MatterView
from feedback.outbox.models import OutboundState, Via


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to say, and how it looks: ``good``, ``warn``, ``danger``, ``info`` or ``neutral``."""

    text: str
    tone: str


def describe(matter: MatterView, way: AnswerWay | None) -> Sentence:
    """How the newest answer to a matter stands; before there is one, how it would go."""
    if way is None or way.state in {AnswerState.DRAFT, AnswerState.IN_APPROVAL}:
        return _expected(matter, way)
    if way.method is Method.LINE:
        return _by_line([one for one in matter.deliveries if one.purpose == "answer"])
    if way.method is Method.EMAIL and way.mail is not None and way.mail.state is not MailState.CANCELLED:
        return by_mail(way.mail)
    if way.method is Method.LETTER and way.state is AnswerState.APPROVED:
        return _by_letter(way)
    return _by_a_person(way)


def by_mail(mail: MailView) -> Sentence:
    """How an answer's e-mail stands."""
    reason = f"理由：{mail.reason}。" if mail.reason else ""
    match mail.state:
        case MailState.PENDING if mail.attempts:
            again = short_datetime(mail.due_at)
            return Sentence(f"電子メールをまだ送れていません。{reason}{again}ごろ、もう一度試します。", "warn")
        case MailState.PENDING | MailState.SENDING:
            return Sentence("電子メールを送信しています。", "info")
        case MailState.SENT:
            return Sentence(f"電子メールで送りました（{short_datetime(mail.settled_at)}）。", "good")
        case MailState.UNKNOWN:
            return Sentence(f"電子メールが届いたか確認できません。{reason}", "warn")
        case MailState.BOUNCED:
            return Sentence(f"電子メールが届かずに戻ってきました。{reason}", "danger")
        case MailState.FAILED:
            return Sentence(f"電子メールを送れませんでした。{reason}", "danger")
    return Sentence("電子メールの送信を取りやめました。", "neutral")


def _expected(matter: MatterView, way: AnswerWay | None) -> Sentence:
    if not matter.sender.wants_reply:
        return Sentence("返信を希望していません（回答不要）。", "neutral")
    method = way.method if way else usual_method(matter.channel, matter.sender.contact)
    if method is Method.LINE and matter.sender.reachable is False:
        return Sentence("LINEがブロックされています。このままでは、回答を送っても届きません。", "warn")
    if method is Method.EMAIL and not address_in(matter.sender.contact):
        return Sentence("回答は電子メールで送ります。連絡先にメールアドレスがありません。", "warn")
    return Sentence(_PLANS[method], "neutral")


_PLANS = {
    Method.LINE: "回答はLINEで送ります。",
    Method.EMAIL: "回答は電子メールで送ります。",
    Method.LETTER: "回答は手紙で送ります。",
    Method.IN_PERSON: "回答は電話や窓口で伝えます。",
}


def _by_line(deliveries: Sequence[DeliveryView]) -> Sentence:
    if not deliveries:
        return Sentence("LINEで送りました。", "good")
    last = deliveries[-1]
    reason = f"理由：{last.reason}。" if last.reason else ""
    moment = short_datetime(last.settled_at or last.created_at)
    match last.state:
        case OutboundState.SENT:
            how = "LINEの返信" if last.via == Via.REPLY else "LINEのメッセージ"
            return Sentence(f"{how}で送りました（{moment}）。", "good")
        case OutboundState.PENDING | OutboundState.SENDING:
            return Sentence("LINEで送信しています。", "info")
        case OutboundState.UNKNOWN:
            return Sentence(f"LINEで届いたか確認できません。{reason}", "warn")
        case OutboundState.FAILED:
            return Sentence(f"LINEで送れませんでした。{reason}", "danger")
    return Sentence(f"LINEでの送信を取りやめました。{reason}", "warn")


def _by_letter(way: AnswerWay) -> Sentence:
    if way.letter is LetterState.PRINTED:
        return Sentence(f"手紙を印刷しました（{short_datetime(way.printed_at)}）。発送を待っています。", "info")
    return Sentence("手紙の印刷を待っています。", "warn")


def _by_a_person(way: AnswerWay) -> Sentence:
    if way.state is AnswerState.APPROVED:
        to_do = {Method.EMAIL: "電子メールで送って", Method.LETTER: "手紙を送って"}.get(way.method, "市民に伝えて")
        return Sentence(f"決裁が済みました。{to_do}、記録してください。", "warn")
    means = {Method.EMAIL: "電子メールで送りました", Method.LETTER: "手紙で送りました"}.get(
        way.method, "電話や窓口で伝えました"
    )
    told = f"：{way.handed_over}" if way.handed_over else f"（{short_datetime(way.sent_at)}）。"
    return Sentence(f"{means}{told}", "good")
