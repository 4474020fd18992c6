"""Master data: departments."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import InputRequired, Length, Optional

from admin.access import allow
from admin.choices import moved, status_of, whole
from admin.context import actor, db, now
from admin.forms import Form
from feedback.departments import service
from feedback.departments.models import Department
from feedback.departments.queries import departments
from feedback.errors import Invalid, NotFound
from feedback.staff.rules import Permission

blueprint = Blueprint("departments", __name__)


class DepartmentForm(Form):
    """A department."""

    name = StringField("課の名前", [InputRequired("課の名前を入力してください。"), Length(max=64)])
    bureau = StringField("部局", [Optional(), Length(max=64)])
    code = StringField(
        "コード",
        [InputRequired("コードを入力してください。"), Length(max=32)],
        description="表やほかのシステムとの受け渡しに使う、半角の短い名前です（例: roads）。",
    )
    email = EmailField("メールアドレス", [Optional(), Length(max=254)])
    phone = StringField("電話番号", [Optional(), Length(max=32)])
    is_desk = BooleanField("広聴の窓口", description="行き先の分からない意見が届く課です。市に一つだけ選べます。")
    active = BooleanField("使う", description="外すと、新しい意見は届かなくなります。これまでの案件は残ります。")


@blueprint.get("/departments")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """All departments in order."""
    return render_template("departments/index.html", departments=departments(db(), active_only=False))


@blueprint.route("/departments/new", methods=["GET", "POST"], defaults={"department_id": None})
@blueprint.route("/departments/<int:department_id>", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def edit(department_id: int | None) -> Any:
    """Add or change one."""
    found = db().get(Department, department_id) if department_id else None
    if department_id and found is None:
        raise NotFound("部署が見つかりません。")
    form = DepartmentForm(obj=found) if found else DepartmentForm(active=True)
    if form.validate_on_submit():
        try:
            service.save(
                db(),
                department_id=department_id,
                code=form.code.data,
                name=form.name.data,
                bureau=form.bureau.data or "",
                email=form.email.data or "",
                phone=form.phone.data or "",
                is_desk=form.is_desk.data,
                active=form.active.data,
                actor=actor(),
                at=now(),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash(f"「{form.name.data}」を保存しました。", "success")
            return redirect(url_for(".index"))
    title = found.name if found else "部署を加える"
    return render_template("office_form.html", form=form, title=title, back=url_for(".index")), status_of(form)


@blueprint.post("/departments/move")
@allow(Permission.MANAGE_MASTER)
def move() -> Any:
    """One place up or down."""
    ids = [one.id for one in departments(db(), active_only=False)]
    service.reorder(db(), ids=moved(ids, whole(request.form.get("id")), request.form), actor=actor(), at=now())
    return redirect(url_for(".index"))
