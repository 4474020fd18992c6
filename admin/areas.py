"""Master data: policy areas."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from admin.access import allow
from admin.choices import department_choices, moved, status_of, whole
from admin.context import actor, db, now
from admin.forms import Form
from feedback.errors import Invalid, NotFound
from feedback.routing import editing
from feedback.routing.editing import AreaWords
from feedback.routing.models import Area
from feedback.routing.queries import areas
from feedback.staff.rules import Permission

blueprint = Blueprint("areas", __name__)


class AreaForm(Form):
    """A policy area."""

    key = StringField("キー", [Optional(), Length(max=32)], description="一度決めると変えられません（例: roads）。")
    name = StringField("名前", [InputRequired("名前を入力してください。"), Length(max=64)])
    short_name = StringField(
        "短い名前",
        [InputRequired("短い名前を入力してください。"), Length(max=20)],
        description="LINEのボタンなどに使います。20文字まで。",
    )
    description = StringField("説明", [Optional(), Length(max=400)])
    department = SelectField("担当課", description="振り分けルールに当てはまらないとき、この課に届きます。")
    active = BooleanField("使う")


@blueprint.get("/areas")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """All areas in order."""
    names = dict(department_choices(active_only=False))
    rows = [(one, names.get(str(one.department_id), "")) for one in areas(db(), active_only=False)]
    return render_template("areas/index.html", rows=rows)


@blueprint.route("/areas/new", methods=["GET", "POST"], defaults={"key": None})
@blueprint.route("/areas/<key>", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def edit(key: str | None) -> Any:
    """Add or change one."""
    found = db().get(Area, key) if key else None
    if key and found is None:
        raise NotFound("分野が見つかりません。")
    form = AreaForm(
        obj=found, department=str(found.department_id or "") if found else "", active=not found or found.active
    )
    form.department.choices = department_choices(empty="広聴の窓口", active_only=False)
    if found:
        del form.key
    if form.validate_on_submit():
        words = AreaWords(
            name=form.name.data,
            short_name=form.short_name.data,
            description=form.description.data or "",
            department_id=whole(form.department.data),
            active=form.active.data,
        )
        try:
            editing.save_area(
                db(), key=key or form.key.data or "", words=words, new=found is None, actor=actor(), at=now()
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash(f"「{words.name}」を保存しました。", "success")
            return redirect(url_for(".index"))
    title = found.name if found else "分野を加える"
    return render_template("office_form.html", form=form, title=title, back=url_for(".index")), status_of(form)


@blueprint.post("/areas/move")
@allow(Permission.MANAGE_MASTER)
def move() -> Any:
    """One place up or down."""
    keys = [one.key for one in areas(db(), active_only=False)]
    editing.order_areas(db(), keys=moved(keys, request.form.get("id"), request.form), actor=actor(), at=now())
    return redirect(url_for(".index"))
