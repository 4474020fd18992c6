"""The list of surveys, new ones, and the first page of each: state, publishing, links."""

from typing import Any

import segno
from flask import Response, abort, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, now
from admin.survey_files import dump, parse, template_names, template_text
from admin.surveys.base import blueprint, public_address, render, staff_address, worked_on
from admin.surveys.starting import begin, is_key_taken
from feedback.errors import Invalid, NotFound
from feedback.staff.rules import Permission
from feedback.surveys import queries, service
from feedback.surveys.checking import faults
from feedback.surveys.comparing import differences
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of
from feedback.surveys.models import LinkKind, SurveyLink
from feedback.surveys.rules import STATE_NAMES, SurveyState

LINK_NAMES = {LinkKind.PUBLIC: "市民向け", LinkKind.STAFF: "職員向け"}
_LONGEST_FILE = 1_000_000


@blueprint.get("")
@allow(Permission.VIEW_SURVEYS)
def index() -> Any:
    """All surveys, the newest first."""
    return render_template(
        "surveys/index.html",
        rows=queries.listed(db()),
        states=STATE_NAMES,
        manages=actor().may(Permission.MANAGE_SURVEYS),
    )


@blueprint.get("/new")
@allow(Permission.MANAGE_SURVEYS)
def new() -> Any:
    """Ways to begin: nothing, a shipped definition, a copy, a file."""
    return _new_page([])


@blueprint.post("/new")
@allow(Permission.MANAGE_SURVEYS)
def create() -> Any:
    """Begin a survey as chosen; then to its questions."""
    try:
        definition = begin(_source(), key=request.form.get("key", ""), title=request.form.get("title", ""))
        if is_key_taken(db(), definition.key):
            raise Invalid("このキーは、ほかのアンケートで使われています。別のキーにしてください。")
        service.save(db(), definition, actor=actor(), at=now(), for_staff="for_staff" in request.form)
    except Invalid as error:
        return _new_page(str(error).splitlines()), 400
    flash(f"「{definition.title}」を作りました。質問を確かめてください。", "success")
    return redirect(url_for(".design", key=definition.key))


def _new_page(problems: list[str]) -> str:
    return render_template(
        "surveys/new.html",
        problems=problems,
        chosen=request.form,
        shipped=[(name, parse(template_text(name))) for name in template_names()],
        others=[(one.key, one.title) for one in queries.listed(db())],
    )


def _source() -> Definition | None:
    """What the new survey is made from; None for an empty one."""
    chosen = request.form.get("source", "")
    kind, _, name = chosen.partition(":")
    if kind == "template":
        return parse(template_text(name))
    if kind == "copy":
        return worked_on(service.survey_of(db(), request.form.get("copy", "")))[1]
    return parse(_uploaded()) if kind == "file" else None


def _uploaded() -> str:
    upload = request.files.get("file")
    content = upload.stream.read(_LONGEST_FILE + 1) if upload else b""
    if not content:
        raise Invalid("YAML のファイルを選んでください。")
    if len(content) > _LONGEST_FILE:
        raise Invalid("ファイルが大きすぎます。1MBまでにしてください。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("文字コードを UTF-8 にして保存し直してください。") from None


@blueprint.get("/<key>")
@allow(Permission.VIEW_SURVEYS)
def show(key: str) -> Any:
    """How a survey stands, and what can be done with it."""
    survey = service.survey_of(db(), key)
    version, definition = worked_on(survey)
    in_force = service.version_in_force(db(), survey)
    unpublished = version.published_at is None
    return render(
        "show",
        survey,
        definition,
        version=version,
        in_force=in_force,
        unpublished=unpublished,
        found=faults(definition) if unpublished or survey.state is not SurveyState.PUBLISHED else [],
        changes=differences(definition_of(in_force.definition), definition) if in_force and unpublished else [],
        states=STATE_NAMES,
        links=[(one, LINK_NAMES[LinkKind(one.kind)], address_of(one)) for one in queries.links_of(db(), survey)],
        link_kinds=LINK_NAMES,
    )


def address_of(link: SurveyLink) -> str:
    """The whole address a link stands for."""
    return staff_address(link.token) if link.kind == LinkKind.STAFF else public_address(link.token)


@blueprint.post("/<key>/publish")
@allow(Permission.MANAGE_SURVEYS)
def publish(key: str) -> Any:
    """Put the newest version into force."""
    version = service.publish(db(), key, actor=actor(), at=now())
    flash(f"公開しました（第{version.number}版）。ここから回答を受け付けます。", "success")
    return redirect(url_for(".show", key=key))


@blueprint.post("/<key>/close")
@allow(Permission.MANAGE_SURVEYS)
def close(key: str) -> Any:
    """Take no more answers."""
    service.close(db(), key, actor=actor(), at=now())
    flash("受付を終了しました。結果はそのまま見られます。", "success")
    return redirect(url_for(".show", key=key))


@blueprint.post("/<key>/remove")
@allow(Permission.MANAGE_SURVEYS)
def remove(key: str) -> Any:
    """Delete a survey that was never published."""
    service.remove(db(), key, actor=actor(), at=now())
    flash("下書きのアンケートを削除しました。", "success")
    return redirect(url_for(".index"))


@blueprint.get("/<key>/definition.yaml")
@allow(Permission.VIEW_SURVEYS)
def definition_file(key: str) -> Any:
    """The newest definition as YAML."""
    _, definition = worked_on(service.survey_of(db(), key))
    return Response(
        dump(definition),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{definition.key}.yaml"'},
    )


@blueprint.post("/<key>/links")
@allow(Permission.MANAGE_SURVEYS)
def add_link(key: str) -> Any:
    """A new address under which the survey is answered."""
    kind = LinkKind.STAFF if request.form.get("kind") == LinkKind.STAFF else LinkKind.PUBLIC
    service.add_link(db(), key, kind=kind, label=request.form.get("label", ""), actor=actor(), at=now())
    flash("リンクを作りました。", "success")
    return redirect(url_for(".show", key=key, _anchor="links"))


@blueprint.post("/<key>/links/<int:link_id>")
@allow(Permission.MANAGE_SURVEYS)
def switch_link(key: str, link_id: int) -> Any:
    """Turn an address off or on."""
    active = request.form.get("active") == "1"
    link = _link(key, link_id)
    service.switch_link(db(), link.id, active=active, actor=actor(), at=now())
    flash("リンクを使えるようにしました。" if active else "リンクを止めました。", "success")
    return redirect(url_for(".show", key=key, _anchor="links"))


@blueprint.get("/<key>/links/<int:link_id>/qr.<kind>")
@allow(Permission.MANAGE_SURVEYS)
def qr(key: str, link_id: int, kind: str) -> Any:
    """The QR code of an address, as a picture for posters (SVG, PNG)."""
    import io

    if kind not in {"svg", "png"}:
        abort(404)
    file = io.BytesIO()
    code = segno.make(address_of(_link(key, link_id)), error="m", micro=False)
    code.save(file, kind=kind, scale=10, border=4)
    return Response(
        file.getvalue(),
        content_type="image/svg+xml" if kind == "svg" else "image/png",
        headers={"Content-Disposition": f'inline; filename="{key}-{link_id}.{kind}"'},
    )


def _link(key: str, link_id: int) -> SurveyLink:
    survey = service.survey_of(db(), key)
    link = db().get(SurveyLink, whole(str(link_id)))
    if link is None or link.survey_id != survey.id:
        raise NotFound("このリンクはありません。")
    return link
