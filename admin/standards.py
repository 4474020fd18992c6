"""Master data: by when opinions are to be answered, and when who is reminded."""

from dataclasses import fields
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired

from admin.access import allow
from admin.choices import area_choices, day, kind_choices
from admin.context import actor, db, now
from admin.forms import Form
from feedback.clock import tokyo_date
from feedback.deadlines import queries, service
from feedback.deadlines.rules import Discipline
from feedback.errors import Invalid
from feedback.staff.rules import Permission

blueprint = Blueprint("standards", __name__, url_prefix="/standards")
_NUMBER = InputRequired("数字を入力してください。")


class StandardForm(Form):
    """A service standard."""

    area = SelectField("分野")
    kind = SelectField("種別")
    business_days = IntegerField("回答までの営業日数", [_NUMBER])


class DisciplineForm(Form):
    """When who is reminded, and what re-routing does to deadlines."""

    soon_days = IntegerField("期限が近いと知らせる（期限の何営業日前から）", [_NUMBER])
    approver_after = IntegerField("担当課の決裁者に知らせる（何営業日過ぎたら）", [_NUMBER])
    desk_after = IntegerField("広聴担当に知らせる（何営業日過ぎたら）", [_NUMBER])
    notice_hour = IntegerField(
        "知らせ始める時刻（時）",
        [_NUMBER],
        description="開庁日の、この時刻から20時までに知らせます。朝のまとめも同じ時刻です。",
    )
    least_after_reroute = IntegerField(
        "別の課へ送ったあとに残す営業日数",
        [_NUMBER],
        description="期限は受付日から数え、課が変わっても数え直しません。残りがこれより少ないときだけ延ばします。",
    )
    most_extension = IntegerField(
        "延ばせる営業日数の上限", [_NUMBER], description="何度送っても、もとの期限からこれより先には延びません。"
    )
    bounces_before_desk = IntegerField(
        "差し戻しの回数",
        [_NUMBER],
        description="この回数を超えて「当課ではない」となると、広聴担当が担当課を決めます。決めたあとは差し戻せません。",
    )


@blueprint.get("")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """All standards, a preview, and the rules of reminding."""
    return _page(_standard_form(), DisciplineForm(obj=service.load(db()).discipline))


@blueprint.post("")
@allow(Permission.MANAGE_MASTER)
def save() -> Any:
    """Set one standard."""
    form = _standard_form()
    if form.validate_on_submit():
        try:
            service.save_standard(
                db(),
                area_key=form.area.data or None,
                kind=form.kind.data or None,
                business_days=form.business_days.data,
                actor=actor(),
                at=now(),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash("保存しました。これから届く意見と、分野・種別を訂正した案件に使われます。", "success")
            return redirect(url_for(".index"))
    return _page(form, DisciplineForm(formdata=None, obj=service.load(db()).discipline)), 400


@blueprint.post("/<int:standard_id>/delete")
@allow(Permission.MANAGE_MASTER)
def delete(standard_id: int) -> Any:
    """Take one away."""
    try:
        service.delete_standard(db(), standard_id=standard_id, actor=actor(), at=now())
    except Invalid as error:
        flash(str(error), "error")
    else:
        flash("削除しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/rules")
@allow(Permission.MANAGE_MASTER)
def rules() -> Any:
    """Set the rules of reminding and re-routing."""
    form = DisciplineForm()
    if form.validate_on_submit():
        wanted = Discipline(**{one.name: form[one.name].data for one in fields(Discipline)})
        try:
            service.save_discipline(db(), wanted, actor=actor(), at=now())
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash("知らせ方と振り分け直しの決まりを保存しました。", "success")
            return redirect(url_for(".index"))
    return _page(_standard_form(fresh=True), form), 400


@blueprint.get("/preview")
@allow(Permission.MANAGE_MASTER)
def preview() -> Any:
    """When an opinion of an area and kind, received on a day, would be due."""
    return render_template("standards/preview.html", **_preview())


def _standard_form(*, fresh: bool = False) -> StandardForm:
    form = StandardForm(formdata=None) if fresh else StandardForm()
    form.area.choices = area_choices(empty="すべての分野")
    form.kind.choices = kind_choices(empty="すべての種別")
    return form


def _preview() -> dict[str, Any]:
    deadlines = service.load(db())
    received: date = day(request.args.get("received")) or tokyo_date(now())
    area_key, kind = request.args.get("area") or None, request.args.get("kind") or None
    return {
        "received": received,
        "area": area_key or "",
        "kind": kind or "",
        "days": deadlines.days(area_key, kind),
        "due_on": deadlines.due_on(received, area_key, kind),
    }


def _page(form: StandardForm, discipline: DisciplineForm) -> str:
    return render_template(
        "standards/index.html",
        rows=queries.standards(db()),
        default=service.load(db()).days(None, None),
        form=form,
        discipline=discipline,
        areas=area_choices(),
        kinds=kind_choices(),
        preview=_preview(),
    )
