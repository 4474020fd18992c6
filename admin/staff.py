"""Staff accounts: register with a one-time password, change, close, open again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import BooleanField, EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from admin.access import allow
from admin.choices import department_choices, named, status_of, whole
from admin.context import actor, db, now, services
from admin.forms import Form
from feedback.errors import Invalid, NotFound
from feedback.staff import queries, second_factor, service
from feedback.staff.models import Staff
from feedback.staff.rules import ROLE_NAMES, Permission, Role

blueprint = Blueprint("staff", __name__)


class StaffForm(Form):
    """An account."""

    name = StringField("氏名", [InputRequired("氏名を入力してください。"), Length(max=64)])
    email = EmailField("メールアドレス", [InputRequired("メールアドレスを入力してください。"), Length(max=254)])
    role = SelectField("役割", [InputRequired("役割を選んでください。")])
    department = SelectField("所属", description="システム管理者と監査は、所属がなくてもかまいません。")
    active = BooleanField("使える", description="外すと、すぐにログインできなくなります。")


@blueprint.get("/staff")
@allow(Permission.MANAGE_STAFF)
def index() -> Any:
    """All accounts."""
    return render_template("staff/index.html", people=queries.all_staff(db()), now=now())


@blueprint.route("/staff/new", methods=["GET", "POST"])
@allow(Permission.MANAGE_STAFF)
def new() -> Any:
    """Register somebody; the one-time password is shown once."""
    form = _form(StaffForm())
    del form.active
    if form.validate_on_submit():
        password = service.one_time_password()
        try:
            made = service.register(
                db(),
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
                department_id=whole(form.department.data),
                password=password,
                at=now(),
                actor=actor(),
                hasher=services().hasher,
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            return render_template("staff/password.html", name=made.name, email=made.email, password=password)
    return render_template("office_form.html", form=form, title="職員を加える", back=url_for(".index")), status_of(form)


@blueprint.route("/staff/<int:staff_id>", methods=["GET", "POST"])
@allow(Permission.MANAGE_STAFF)
def edit(staff_id: int) -> Any:
    """Change an account."""
    found = _found(staff_id)
    form = _form(StaffForm(obj=found, department=str(found.department_id or "")))
    if form.validate_on_submit():
        try:
            service.update(
                db(),
                staff_id=staff_id,
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
                department_id=whole(form.department.data),
                active=form.active.data,
                at=now(),
                actor=actor(),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash(f"{form.name.data}さんの登録を保存しました。", "success")
            return redirect(url_for(".index"))
    return render_template("staff/edit.html", form=form, person=found), status_of(form)


@blueprint.post("/staff/<int:staff_id>/password")
@allow(Permission.MANAGE_STAFF)
def reset_password(staff_id: int) -> Any:
    """A new one-time password, which opens a locked account too; shown once."""
    found = _found(staff_id)
    password = service.reset_password(db(), staff_id=staff_id, at=now(), actor=actor(), hasher=services().hasher)
    return render_template("staff/password.html", name=found.name, email=found.email, password=password)


@blueprint.post("/staff/<int:staff_id>/unlock")
@allow(Permission.MANAGE_STAFF)
def unlock(staff_id: int) -> Any:
    """Open an account that was locked after wrong passwords."""
    service.unlock(db(), staff_id=staff_id, at=now(), actor=actor())
    flash("ログインの停止を解きました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/staff/<int:staff_id>/second-factor/reset")
@allow(Permission.MANAGE_STAFF)
def reset_second_factor(staff_id: int) -> Any:
    """Take the second factor off, for somebody whose phone was lost."""
    second_factor.reset(db(), staff_id=staff_id, at=now(), actor=actor())
    flash("二段階認証を解除しました。ご本人に、設定し直すよう伝えてください。", "success")
    return redirect(url_for(".index"))


def _found(staff_id: int) -> Staff:
    found = db().get(Staff, staff_id)
    if found is None:
        raise NotFound("職員が見つかりません。")
    return found


def _form(form: StaffForm) -> StaffForm:
    form.role.choices = named(ROLE_NAMES)
    form.department.choices = department_choices(empty="（なし）")
    return form
