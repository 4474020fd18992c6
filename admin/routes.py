"""Master data: routing rules, and a box to try them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from admin.access import allow
from admin.choices import area_choices, department_choices, kind_choices, status_of, whole
from admin.context import actor, db, now, services
from admin.forms import Form
from feedback.errors import Invalid, NotFound
from feedback.opinions.entering import LONGEST
from feedback.opinions.rules import KIND_NAMES, Kind
from feedback.routing import editing
from feedback.routing import service as routing
from feedback.routing.editing import RuleWords
from feedback.routing.models import RoutingRule
from feedback.routing.queries import areas, rules
from feedback.staff.rules import Permission

blueprint = Blueprint("routes", __name__)


class RuleForm(Form):
    """A routing rule."""

    name = StringField(
        "名前",
        [InputRequired("ルールの名前を入力してください。"), Length(max=100)],
        description="振り分けの理由として、案件の履歴に残ります（例: 保育は保育課）。",
    )
    area = SelectField("分野がこれで", default="")
    kind = SelectField("種別がこれで", default="")
    words = TextAreaField(
        "どれかの言葉を含み",
        [Optional(), Length(max=2000)],
        description="1行に一つ。どれか一つを含めば当てはまります。",
        render_kw={"rows": 5},
    )
    district = StringField("地区がこれなら", [Optional(), Length(max=64)])
    department = SelectField("この課に届ける", [InputRequired("担当課を選んでください。")])
    active = BooleanField("使う")


@blueprint.get("/routes")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """All rules in the order in which they are tried."""
    return render_template("routes/index.html", rules=rules(db()), area_names=dict(area_choices(active_only=False)))


@blueprint.route("/routes/new", methods=["GET", "POST"], defaults={"rule_id": None})
@blueprint.route("/routes/<int:rule_id>", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def edit(rule_id: int | None) -> Any:
    """Add or change one."""
    found = db().get(RoutingRule, rule_id) if rule_id else None
    if rule_id and found is None:
        raise NotFound("ルールが見つかりません。")
    form = _form(found)
    if form.validate_on_submit():
        try:
            editing.save_rule(db(), rule_id=rule_id, words=_words(form), actor=actor(), at=now())
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash(f"「{form.name.data}」を保存しました。これから届く意見に使います。", "success")
            return redirect(url_for(".index"))
    title = found.name if found else "ルールを加える"
    return render_template("office_form.html", form=form, title=title, back=url_for(".index")), status_of(form)


def _form(found: RoutingRule | None) -> RuleForm:
    given: dict[str, Any] = {"active": True}
    if found:
        given = {
            "name": found.name,
            "area": found.area_key or "",
            "kind": found.kind or "",
            "words": "\n".join(found.words),
            "district": found.district or "",
            "department": str(found.department_id),
            "active": found.active,
        }
    form = RuleForm(**given)
    form.area.choices = area_choices(empty="（指定しない）", active_only=False)
    form.kind.choices = kind_choices(empty="（指定しない）")
    form.department.choices = department_choices(empty="選んでください")
    return form


def _words(form: RuleForm) -> RuleWords:
    return RuleWords(
        name=form.name.data,
        area_key=form.area.data or None,
        kind=form.kind.data or None,
        words=tuple(word.strip() for word in (form.words.data or "").splitlines() if word.strip()),
        district=(form.district.data or "").strip() or None,
        department_id=whole(form.department.data) or 0,
        active=form.active.data,
    )


@blueprint.post("/routes/<int:rule_id>/move")
@allow(Permission.MANAGE_MASTER)
def move(rule_id: int) -> Any:
    """Try a rule earlier or later."""
    editing.move_rule(db(), rule_id=rule_id, up=request.form.get("direction") == "up", actor=actor(), at=now())
    return redirect(url_for(".index"))


@blueprint.post("/routes/<int:rule_id>/delete")
@allow(Permission.MANAGE_MASTER)
def delete(rule_id: int) -> Any:
    """Take a rule away."""
    editing.delete_rule(db(), rule_id=rule_id, actor=actor(), at=now())
    flash("ルールを削除しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/routes/try")
@allow(Permission.MANAGE_MASTER)
def try_out() -> Any:
    """Where a text would go, and why. Nothing is kept."""
    text = request.form.get("text", "").strip()[:LONGEST]
    if not text:
        raise Invalid("試す文章を入力してください。")
    reader = services().reader
    reading = reader.read([text])[0] if reader else None
    decision = routing.load_router(db()).route(
        area_key=reading.area if reading else None, kind=reading.kind if reading else None, text=text
    )
    names = {one.key: one.name for one in areas(db(), active_only=False)}
    return render_template(
        "routes/tried.html",
        reading=reading,
        area=names.get(reading.area or "") if reading else None,
        candidates=[(names.get(one.key, one.key), one.score) for one in (reading.areas[:3] if reading else ())],
        kind=KIND_NAMES[Kind(reading.kind)] if reading and reading.kind else None,
        rule=decision.rule,
        department=dict(department_choices(active_only=False))[str(decision.department_id)],
    )
