"""Answers of the demonstration that are about to go out: letters to print, an e-mail for the worker to send."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.demo import answering
from app.demo.office import Office
from feedback.answers import service
from feedback.answers.rules import Method
from feedback.answers.sending import Post
from feedback.opinions import entering
from feedback.opinions.entering import Entry
from feedback.opinions.intake import Sender
from feedback.opinions.rules import Channel, Kind
from feedback.staff.rules import Role


@dataclass(frozen=True, slots=True)
class _Case:
    channel: Channel
    text: str
    name: str
    contact: str
    answer: str


_AREA = "roads"
_CASES = (
    _Case(
        Channel.LETTER,
        "駅前通りの街路樹の根で歩道が盛り上がり、手押し車がつまずきます。直していただけないでしょうか。",
        "桜井 トミ",
        "〒100-0000 まちこえ市桜町二丁目3番4号",
        "現地を確かめました。桜町二丁目の歩道は、街路樹の根で3センチほど持ち上がっていました。\n"
        "12月10日までに、段差をなくす工事をします。工事の間は、車道側に仮の通路を設けます。",
    ),
    _Case(
        Channel.LETTER,
        "高架下の歩道が暗くて、夕方に歩くのが怖いです。明かりを増やしてください。",
        "髙橋 一",
        "まちこえ市東町1-5-12 メゾン東201 電話 000-0000-0000",
        "高架下の照明4基のうち2基の明るさが落ちていました。\n1月末までに、4基とも明るいLEDに取り替えます。",
    ),
    _Case(
        Channel.EMAIL,
        "通学路の横断歩道の白線が消えかけています。引き直しの予定はありますか。",
        "中島 瑞穂",
        "mizuho.nakajima@example.jp",
        "ご指摘の横断歩道を確かめました。12月15日から20日の間に、白線を引き直します。\n雨のときは日をずらします。",
    ),
)


def arrange(office: Office, *, at: datetime) -> None:
    """Take three opinions in and decide their answers; posting and sending are left to whoever looks."""
    session = office.session
    approver = office.staff["takahashi"]
    clerk = next(
        one for one in office.staff.values() if one.role is Role.STAFF and one.department_id == approver.department_id
    )
    for case in _CASES:
        sender = Sender(name=case.name, contact=case.contact)
        entry = Entry(case.channel, case.text, at - timedelta(minutes=1), _AREA, Kind.REQUEST, sender)
        [reading] = office.reader.read([case.text])
        submission = entering.enter(session, entry, actor=clerk, at=at, reading=reading)
        [matter] = submission.matters
        if matter.department_id != approver.department_id:
            continue
        method = Method.EMAIL if case.channel is Channel.EMAIL else Method.LETTER
        answer = service.begin(
            session, matter.id, actor=clerk, version=matter.version, at=at, method=method, body=case.answer
        )
        service.submit(session, answer.id, actor=clerk, version=answer.version, at=at, reviewers=[approver.id])
        plain = answering.post_of(office)
        post = Post(plain.keys, plain.messages, by_mail=office.settings.sends_mail)
        service.approve(session, answer.id, actor=approver, version=answer.version, at=at, post=post)
