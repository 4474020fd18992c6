"""The second factor: the code page behind the password, and switching it on and off."""

from datetime import datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from admin import auth
from admin.access import allow, public
from admin.context import actor, db, keys, now, services
from admin.forms import Form
from feedback.errors import Invalid
from feedback.staff import attempts, second_factor, totp
from feedback.staff.models import Staff
from feedback.staff.rules import Permission

blueprint = Blueprint("second_factor", __name__)

_BETWEEN_STEPS = timedelta(minutes=5)
_NEW_SECRET = "new_totp_secret"  # noqa: S105 (a name in the session; what lies there is sealed)


class CodeForm(Form):
    """A code of an app, or a recovery code."""

    code = StringField(
        "確認コード",
        [InputRequired("確認コードを入力してください。"), Length(max=32)],
        render_kw={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"},
    )


@blueprint.route("/login/code", methods=["GET", "POST"])
@public
def code() -> Any:
    """The second step of logging in."""
    half = session.get(auth.HALF_SIGNED_IN)
    if half is None or now() - datetime.fromisoformat(half["at"]) > _BETWEEN_STEPS:
        session.pop(auth.HALF_SIGNED_IN, None)
        flash("時間が過ぎました。もう一度、メールアドレスとパスワードから入力してください。", "info")
        return redirect(url_for("auth.login"))
    form, problem = CodeForm(), None
    if form.validate_on_submit():
        source = attempts.origin(keys(), email=half["email"], address=request.remote_addr or "")
        attempt = second_factor.finish(
            db(), account_key=half["key"], typed=form.code.data, source=source, at=now(), keys=keys()
        )
        if attempt.staff is not None:
            auth.begin_session(attempt.staff)
            return redirect(half["next"])
        problem = attempt.problem
    return render_template("second_factor/code.html", form=form, problem=problem), 401 if problem else 200


@blueprint.get("/second-factor")
@allow(Permission.USE_ADMIN)
def show() -> Any:
    """Whether it is on; if not, the QR code to switch it on with."""
    staff = db().get_one(Staff, actor().id)
    if staff.totp_secret is not None:
        return _on(CodeForm(), left=len(staff.recovery_codes or []))
    return _off(CodeForm(), _new_secret())


@blueprint.post("/second-factor")
@allow(Permission.USE_ADMIN)
def switch_on() -> Any:
    """Switch it on with a first code; shows the recovery codes, once."""
    form, secret = CodeForm(), _new_secret()
    if form.validate_on_submit():
        try:
            codes = second_factor.switch_on(
                db(), actor=actor(), secret=secret, typed=form.code.data, at=now(), keys=keys()
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            session.pop(_NEW_SECRET, None)
            return render_template("second_factor/codes.html", codes=codes)
    return _off(form, secret), 400


@blueprint.post("/second-factor/off")
@allow(Permission.USE_ADMIN)
def switch_off() -> Any:
    """Switch it off with a last code; where the role needs it, it has to be set up anew at once."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            second_factor.switch_off(db(), actor=actor(), typed=form.code.data, at=now(), keys=keys())
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash("二段階認証をやめました。", "success")
            return redirect(url_for(".show"))
    staff = db().get_one(Staff, actor().id)
    return _on(form, left=len(staff.recovery_codes or [])), 400


def _off(form: CodeForm, secret: bytes) -> str:
    city = services().settings.city_name
    address = totp.address(secret, account=actor().email, issuer=f"{city} まちこえ")
    return render_template(
        "second_factor/off.html",
        form=form,
        qr=segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4),
        secret=totp.shown(secret),
        forced=current_user.second_factor_missing,
    )


def _on(form: CodeForm, *, left: int) -> str:
    return render_template("second_factor/on.html", form=form, left=left)


def _new_secret() -> bytes:
    """The secret of a set-up under way: sealed in the session, since cookies are signed but not secret."""
    own = actor().id
    if (kept := session.get(_NEW_SECRET)) is not None:
        try:
            return second_factor.unseal(kept, staff_id=own, keys=keys())
        except ValueError:
            pass  # another person's, or sealed with a key that was rotated away
    secret = totp.new_secret()
    session[_NEW_SECRET] = second_factor.seal(secret, staff_id=own, keys=keys())
    return secret
