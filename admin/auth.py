"""Logging in and out, the forced change of a first password, and the gate before every view."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from admin.access import PUBLIC, allow, declared, public
from admin.context import actor, db, keys, now, services
from admin.forms import Form
from feedback.errors import Invalid
from feedback.staff import attempts, queries, service
from feedback.staff.models import Staff
from feedback.staff.rules import LONGEST_SESSION, PASSWORD_LENGTH, Permission, Role

blueprint = Blueprint("auth", __name__)

_BEFORE_PASSWORD = frozenset({"auth.password", "auth.logout", "auth.logout_everywhere"})
_BEFORE_SECOND_FACTOR = _BEFORE_PASSWORD | {"second_factor.show", "second_factor.switch_on"}
HALF_SIGNED_IN = "half_signed_in"
"""Where a session keeps who has shown the password and not yet the second factor."""
_POLLED = "X-Machikoe-Poll"


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login knows of a session: the key of its account, which rotates to end all of them, and its own."""

    def __init__(self, staff: Staff, session_key: str, *, needs_second_factor: bool) -> None:
        self.actor = service.actor_of(staff)
        self.must_change_password = staff.must_change_password
        self.second_factor_missing = needs_second_factor and staff.totp_secret is None
        self.session_key = session_key
        self._account_key = staff.fs_uniquifier

    def get_id(self) -> str:
        """Both keys, never the row's id."""
        return f"{self._account_key}.{self.session_key}"


class LoginForm(Form):
    """Address and password."""

    email = EmailField(
        "メールアドレス",
        [InputRequired("メールアドレスを入力してください。"), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "パスワード",
        [InputRequired("パスワードを入力してください。"), Length(max=128)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(Form):
    """The present password and a new one, twice."""

    current = PasswordField(
        "今のパスワード",
        [InputRequired("今のパスワードを入力してください。"), Length(max=128)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "新しいパスワード",
        [InputRequired("新しいパスワードを入力してください。")],
        description=f"{PASSWORD_LENGTH}文字以上。ほかで使っていないものにしてください。",
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "新しいパスワード（確認）",
        [
            InputRequired("確認のため、もう一度入力してください。"),
            EqualTo("new", "新しいパスワードと一致していません。"),
        ],
        render_kw={"autocomplete": "new-password"},
    )


def install(app: Flask) -> None:
    """Set Flask-Login up."""
    manager = LoginManager()
    # Error pages are made outside the transaction, where no account can be loaded.
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = "strong"

    def load(key: str) -> SignedIn | None:
        account_key, _, session_key = key.partition(".")
        staff = queries.by_session(db(), account_key=account_key, session_key=session_key)
        return _signed_in_as(staff, session_key) if staff else None

    manager.user_loader(load)


def _signed_in_as(staff: Staff, session_key: str) -> SignedIn:
    needed = services().settings.needs_second_factor(Role(staff.role))
    return SignedIn(staff, session_key, needs_second_factor=needed)


def gate() -> Any:
    """Refuse, or send to the login or password page; None lets the request through. Sets the actor."""
    signed_in = _signed_in()
    g.actor = signed_in.actor if signed_in else None
    view = current_app.view_functions[request.endpoint or ""]
    access = declared(view)
    if access == PUBLIC:
        return None
    if signed_in is None:
        return _to_login()
    if signed_in.must_change_password and request.endpoint not in _BEFORE_PASSWORD:
        return _go(url_for("auth.password"))
    if signed_in.second_factor_missing and request.endpoint not in _BEFORE_SECOND_FACTOR:
        return _go(url_for("second_factor.show"))
    if not isinstance(access, frozenset) or not any(signed_in.actor.may(one) for one in access):
        abort(403)
    return None


def _signed_in() -> SignedIn | None:
    if not current_user.is_authenticated or not isinstance(signed_in := current_user._get_current_object(), SignedIn):  # noqa: SLF001 (Flask-Login's documented way to the object behind the proxy)
        return None
    moment = now()
    idle = timedelta(minutes=services().settings.staff_idle_minutes)
    seen, since = _moment("seen"), _moment("since")
    if seen is None or since is None or moment - seen > idle or moment - since > LONGEST_SESSION:
        logout_user()
        session.clear()
        flash("しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。", "info")
        return None
    if _POLLED not in request.headers and moment - seen > timedelta(minutes=1):
        session["seen"] = moment.isoformat()
    return signed_in


def _moment(name: str) -> datetime | None:
    value = session.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _to_login() -> Any:
    target = (
        request.full_path.rstrip("?") if request.method == "GET" and not request.headers.get("HX-Request") else None
    )
    return _go(url_for("auth.login", next=target if target and target != "/" else None))


def _go(address: str) -> Any:
    """Redirect, in a way that htmx understands as "leave this page"."""
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": address}
    return redirect(address)


def _own_page(address: str | None) -> str:
    """A page of this site to go on to; anything else becomes the start page."""
    own = address is not None and address.startswith("/") and address[1:2] not in {"/", "\\"}
    return address if address and own and address.isprintable() else "/"


def begin_session(staff: Staff) -> None:
    """Start a session of its own for somebody who has shown who they are."""
    session.clear()
    login_user(_signed_in_as(staff, secrets.token_hex(32)))
    session["seen"] = session["since"] = now().isoformat()


def _ask_for_code(staff: Staff, *, going_to: str) -> Any:
    """The password was right: on to the page that asks for the second factor."""
    session.clear()
    half = {"key": staff.fs_uniquifier, "email": staff.email, "at": now().isoformat(), "next": going_to}
    session[HALF_SIGNED_IN] = half
    return redirect(url_for("second_factor.code"))


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    """Log in."""
    if g.actor is not None and request.method == "GET":
        return redirect("/")
    form = LoginForm(next=request.args.get("next"))
    problem = None
    if form.validate_on_submit():
        attempt = service.sign_in(
            db(),
            email=form.email.data,
            password=form.password.data,
            source=attempts.origin(keys(), email=form.email.data, address=request.remote_addr or ""),
            at=now(),
            hasher=services().hasher,
        )
        if attempt.staff is not None:
            going_to = _own_page(form.next.data)
            if attempt.code_needed:
                return _ask_for_code(attempt.staff, going_to=going_to)
            begin_session(attempt.staff)
            return redirect(going_to)
        problem = attempt.problem
    status = 401 if problem else 200
    return render_template("auth/login.html", form=form, problem=problem), status


@blueprint.post("/logout")
@allow(Permission.USE_ADMIN)
def logout() -> Any:
    """Log out here; sessions on other machines go on."""
    service.sign_out(db(), actor=actor(), session_key=current_user.session_key, at=now())
    return _logged_out("ログアウトしました。")


@blueprint.post("/logout/everywhere")
@allow(Permission.USE_ADMIN)
def logout_everywhere() -> Any:
    """Log out on every machine, such as after a lost one."""
    service.sign_out_everywhere(db(), actor=actor(), at=now())
    return _logged_out("すべての端末からログアウトしました。")


def _logged_out(message: str) -> Any:
    logout_user()
    session.clear()
    flash(message, "success")
    return redirect(url_for("auth.login"))


@blueprint.route("/password", methods=["GET", "POST"])
@allow(Permission.USE_ADMIN)
def password() -> Any:
    """Change the own password; everybody must do so at the first login."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            staff = service.change_password(
                db(),
                actor=actor(),
                current=form.current.data,
                new=form.new.data,
                at=now(),
                hasher=services().hasher,
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            begin_session(staff)
            flash("パスワードを変更しました。", "success")
            return redirect("/")
    return render_template("auth/password.html", form=form, forced=current_user.must_change_password)
