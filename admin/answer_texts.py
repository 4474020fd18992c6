"""Master data: templates of answers, guidance on transfers."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from admin.access import allow
from admin.choices import area_choices, status_of
from admin.context import actor, db, now
from admin.forms import Form
from feedback.answers import templates as texts
from feedback.answers.models import AnswerTemplate, TransferGuide
from feedback.answers.rules import LONGEST_BODY, VARIABLES
from feedback.answers.templates import LONGEST_NAME, TemplateWords
from feedback.errors import Invalid, NotFound
from feedback.staff.rules import Permission

blueprint = Blueprint("answer_texts", __name__)
_VARIABLES = "差し込み：" + "、".join(f"{{{name}}}" for name in VARIABLES) + "。書き手が埋める所は〔 〕で囲みます。"


class GuideForm(Form):
    """Words under a name."""

    name = StringField("名前", [InputRequired("名前を入力してください。"), Length(max=LONGEST_NAME)])
    body = TextAreaField(
        "文面",
        [InputRequired("文面を入力してください。"), Length(max=LONGEST_BODY)],
        description=_VARIABLES,
        render_kw={"rows": 10},
    )
    active = BooleanField("使う")


class TemplateForm(GuideForm):
    """A template may belong to an area."""

    area = SelectField("分野", description="この分野の回答案で、先に表示します。", default="")


@blueprint.get("/answer-templates")
@allow(Permission.MANAGE_MASTER)
def templates() -> Any:
    """All templates."""
    names = dict(area_choices(active_only=False))
    rows = [(one, names.get(one.area_key or "", "すべて")) for one in texts.templates(db(), active_only=False)]
    return render_template("answers/templates.html", rows=rows)


@blueprint.route("/answer-templates/new", methods=["GET", "POST"], defaults={"template_id": None})
@blueprint.route("/answer-templates/<int:template_id>", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def template(template_id: int | None) -> Any:
    """Add or change a template."""
    found = _found(AnswerTemplate, template_id)
    form = TemplateForm(obj=found, area=(found.area_key or "") if found else "", active=not found or found.active)
    form.area.choices = area_choices(empty="すべての分野", active_only=False)

    def save(words: TemplateWords) -> None:
        texts.save_template(db(), template_id=template_id, words=words, actor=actor(), at=now())

    title = found.name if found else "ひな形を加える"
    return _edited(form, save, title=title, back=url_for(".templates"), area_key=form.area.data or None)


@blueprint.get("/transfer-guides")
@allow(Permission.MANAGE_MASTER)
def guides() -> Any:
    """All guidance texts."""
    return render_template("answers/guides.html", rows=texts.guides(db(), active_only=False))


@blueprint.route("/transfer-guides/new", methods=["GET", "POST"], defaults={"guide_id": None})
@blueprint.route("/transfer-guides/<int:guide_id>", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def guide(guide_id: int | None) -> Any:
    """Add or change guidance for one destination."""
    found = _found(TransferGuide, guide_id)
    form = GuideForm(obj=found, active=not found or found.active)

    def save(words: TemplateWords) -> None:
        texts.save_guide(db(), guide_id=guide_id, words=words, actor=actor(), at=now())

    return _edited(form, save, title=found.name if found else "移送先を加える", back=url_for(".guides"))


def _found(table: type[AnswerTemplate | TransferGuide], row_id: int | None) -> Any:
    found = db().get(table, row_id) if row_id is not None else None
    if row_id is not None and found is None:
        raise NotFound("見つかりません。一覧を開き直してください。")
    return found


def _edited(
    form: GuideForm, save: Callable[[TemplateWords], None], *, title: str, back: str, area_key: str | None = None
) -> Any:
    if form.validate_on_submit():
        words = TemplateWords(form.name.data, form.body.data, form.active.data, area_key)
        try:
            save(words)
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            flash(f"「{words.name}」を保存しました。", "success")
            return redirect(back)
    return render_template("office_form.html", form=form, title=title, back=back), status_of(form)
