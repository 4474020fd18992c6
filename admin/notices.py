"""What staff are told of, and the chat rooms that departments' notices also go to."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from admin.access import allow
from admin.choices import department_choices, named, status_of, whole
from admin.context import actor, db, now, services
from admin.forms import Form
from feedback.errors import Invalid
from feedback.notices import choosing
from feedback.notices.rules import HOOK_STYLE_NAMES, NOTICE_NAMES, HookStyle, NoticeKind, kinds_for
from feedback.staff.rules import Permission

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


class RoomForm(Form):
    """A chat room."""

    department = SelectField("課")
    name = StringField(
        "名前", [InputRequired("名前を入力してください。"), Length(max=64)], description="例: 道路管理課 #広聴"
    )
    style = SelectField("サービス")
    url = StringField(
        "URL",
        [InputRequired("URLを入力してください。"), Length(max=2000)],
        description="Slackの「Incoming Webhook」か、Teamsの「ワークフロー」で作ります。登録したあとは表示しません。",
    )


@blueprint.get("")
@allow(Permission.USE_ADMIN)
def index() -> Any:
    """What the person is told of."""
    settings = services().settings
    return render_template(
        "notices/index.html",
        kinds=[(kind, NOTICE_NAMES[kind]) for kind in kinds_for(actor())],
        wanted=choosing.wanted_by(db(), actor()),
        by_mail=bool(settings.smtp_host and settings.smtp_from),
    )


@blueprint.post("")
@allow(Permission.USE_ADMIN)
def choose() -> Any:
    """Choose."""
    chosen = [NoticeKind(value) for value in request.form.getlist("kind") if value in list(NoticeKind)]
    choosing.choose(db(), chosen, actor=actor(), at=now())
    flash("お知らせの設定を保存しました。", "success")
    return redirect(url_for(".index"))


@blueprint.route("/rooms", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def rooms() -> Any:
    """All rooms, and a form to add one."""
    form = RoomForm()
    form.department.choices = department_choices()
    form.style.choices = named(HOOK_STYLE_NAMES)
    if form.validate_on_submit():
        try:
            choosing.add_room(
                db(),
                department_id=whole(form.department.data) or 0,
                name=form.name.data,
                style=HookStyle(form.style.data),
                url=form.url.data,
                allowed=services().settings.notice_webhooks,
                keys=services().settings.key_ring(),
                actor=actor(),
                at=now(),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash("送り先を登録しました。", "success")
            return redirect(url_for(".rooms"))
    page = render_template("notices/rooms.html", form=form, rooms=choosing.rooms(db()), styles=HOOK_STYLE_NAMES)
    return page, status_of(form)


@blueprint.post("/rooms/<int:room_id>/delete")
@allow(Permission.MANAGE_MASTER)
def delete_room(room_id: int) -> Any:
    """Take a room away."""
    choosing.delete_room(db(), room_id, actor=actor(), at=now())
    flash("送り先を削除しました。", "success")
    return redirect(url_for(".rooms"))
