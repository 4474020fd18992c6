"""Beside the notes of a matter: whom one can mention, mentions that were read, files."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for

from admin.access import allow
from admin.context import actor, db, note_view, now, services
from feedback.notes import queries, service
from feedback.staff.rules import Permission

blueprint = Blueprint("notes", __name__, url_prefix="/matters/<int:matter_id>")


@blueprint.get("/mentionable")
@allow(Permission.WORK_MATTERS)
def mentionable(matter_id: int) -> Any:
    """Names to complete after @, as a list of choices."""
    return render_template("matters/mentionable.html", names=queries.mentionable(db(), matter_id, actor=actor()))


@blueprint.post("/mentions/seen")
@allow(Permission.VIEW_MATTERS)
def seen(matter_id: int) -> Any:
    """The notes that call the person were read."""
    service.say_seen(db(), matter_id, actor=actor(), at=now())
    flash("確認済みにしました。", "success")
    return redirect(url_for("matters.show", matter_id=matter_id))


@blueprint.get("/notes/files/<int:file_id>")
@allow(Permission.VIEW_MATTERS)
def file(matter_id: int, file_id: int) -> Response:
    """A file attached to a note, always as a download."""
    found = queries.file_of(db(), matter_id, file_id, actor=actor())
    store = services().media
    content = store.get(found.storage_key) if store is not None else None
    if content is None:
        abort(404)
    note_view(action="matter.note_file_viewed", subject_type="matter", subject_id=matter_id, detail={"file": file_id})
    response = Response(content, content_type=found.content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    return response
