"""Entering opinions by hand: a form for the keyboard, suggestions while typing, the next entry at once."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from admin.access import allow
from admin.choices import area_choices, channel_choices, department_choices, kind_choices, named
from admin.context import actor, db, now, services
from admin.forms import Form
from feedback.clock import TOKYO
from feedback.errors import Invalid
from feedback.opinions import entering
from feedback.opinions.entering import LONGEST, Entry
from feedback.opinions.intake import Sender
from feedback.opinions.rules import AGE_BANDS, KIND_NAMES, Channel, Kind
from feedback.ports import Reading
from feedback.routing import service as routing
from feedback.routing.queries import areas
from feedback.staff.rules import Permission

blueprint = Blueprint("entry", __name__)

_LEAST_FOR_READING = 8


class EntryForm(Form):
    """An opinion as staff write it down."""

    channel = RadioField("受付方法", validators=[InputRequired("受付方法を選んでください。")])
    received_at = DateTimeLocalField(
        "受付日時", [InputRequired("受付日時を入力してください。")], format="%Y-%m-%dT%H:%M"
    )
    text = TextAreaField(
        "内容",
        [InputRequired("内容を入力してください。"), Length(max=LONGEST)],
        description="お話の言葉のまま書いてください。入力すると、右に分野の候補が出ます。",
        render_kw={
            "rows": 8,
            "autofocus": True,
            "hx-post": "/entry/suggestion",
            "hx-trigger": "input changed delay:600ms",
            "hx-target": "#suggestion",
        },
    )
    area = SelectField("分野", default="")
    kind = SelectField("種別", default="")
    name = StringField("氏名", [Optional(), Length(max=100)], render_kw={"autocomplete": "off"})
    contact = StringField("連絡先", [Optional(), Length(max=254)], render_kw={"autocomplete": "off"})
    age_band = SelectField("年代", default="")
    district = StringField("地区", [Optional(), Length(max=64)], render_kw={"autocomplete": "off"})
    wants_reply = BooleanField("回答を希望する")


@blueprint.route("/entry", methods=["GET", "POST"])
@allow(Permission.ENTER_OPINIONS)
def new() -> Any:
    """The form; after saving, an empty one of the same channel."""
    local = now().astimezone(TOKYO)
    form = EntryForm(channel=_channel(request.args.get("channel")), received_at=local, wants_reply=True)
    form.channel.choices = [(value, name) for value, name in channel_choices() if value != Channel.LINE]
    form.area.choices = area_choices(empty="自動で決める")
    form.kind.choices = kind_choices(empty="自動で決める")
    form.age_band.choices = [("", "不明"), *named(AGE_BANDS)]
    if form.validate_on_submit():
        try:
            submission = entering.enter(
                db(),
                _entry(form),
                actor=actor(),
                at=now(),
                reading=_read(form.text.data),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            [matter] = submission.matters
            sent_to = dict(department_choices(active_only=False))[str(matter.department_id)]
            flash(f"受付番号 {submission.receipt_number} で登録し、{sent_to}に届けました。", "success")
            return redirect(url_for(".new", channel=form.channel.data))
    return render_template("entry/new.html", form=form), 400 if form.errors else 200


@blueprint.post("/entry/suggestion")
@allow(Permission.ENTER_OPINIONS)
def suggestion() -> Any:
    """What the words so far seem to be, and whether somebody said so before. Posted: words do not belong in URLs."""
    text = request.form.get("text", "")[:LONGEST]
    reading = _read(text) if len(text.strip()) >= _LEAST_FOR_READING else None
    names = {one.key: one for one in areas(db())}
    departments = dict(department_choices(active_only=False))
    router = routing.load_router(db())
    candidates = [
        (names[score.key], score.score, departments[str(router.route(area_key=score.key, text=text).department_id)])
        for score in (reading.areas[:3] if reading else ())
        if score.key in names
    ]
    return render_template(
        "entry/suggestion.html",
        reading=reading,
        candidates=candidates,
        kind=KIND_NAMES[Kind(reading.kind)] if reading and reading.kind else None,
        similar=entering.similar(db(), text, actor=actor(), now=now()),
    )


def _read(text: str) -> Reading | None:
    reader = services().reader
    return reader.read([text])[0] if reader else None


def _channel(value: str | None) -> str:
    return value if value in list(Channel) else Channel.PHONE


def _entry(form: EntryForm) -> Entry:
    received_at: datetime = form.received_at.data
    return Entry(
        channel=Channel(form.channel.data),
        text=form.text.data,
        # The field knows minutes only, so that "now" may lie a few seconds back, never ahead.
        received_at=received_at.replace(tzinfo=TOKYO),
        area_key=form.area.data or None,
        kind=Kind(form.kind.data) if form.kind.data else None,
        sender=Sender(
            name=form.name.data or None,
            contact=form.contact.data or None,
            age_band=form.age_band.data or None,
            district=form.district.data or None,
            wants_reply=form.wants_reply.data,
        ),
    )
