"""What the desk and the departments of the demonstration leave in each other's inboxes: views, links, a mention."""

from datetime import datetime

from sqlalchemy import select

from app.demo import answering
from app.demo.office import Office
from feedback.answers import group
from feedback.answers.rules import AnswerState
from feedback.links import service as links
from feedback.links.queries import members
from feedback.links.rules import LinkKind
from feedback.notes import service as notes
from feedback.opinions.models import Matter
from feedback.opinions.queries import open_matters
from feedback.staff.rules import Actor, Role
from feedback.views import service as views


def arrange(office: Office, *, at: datetime) -> None:
    """Save views, link and group open matters of one department, and call on its clerk in a note."""
    kochi = office.staff["kochi"]
    complaints = {"tab": "all", "status": "open", "kind": "complaint"}
    views.save(office.session, actor=kochi, at=at, name="未完了の苦情", query=complaints, shared=True, first=False)
    for clerk in office.staff.values():
        found = _open_of(office, clerk)
        if clerk.role is Role.STAFF and len(found) > 2:
            _join(office, clerk, found, at=at)
            return


def _open_of(office: Office, clerk: Actor) -> list[int]:
    newest = select(Matter.id).where(Matter.department_id == clerk.department_id, open_matters)
    return list(office.session.scalars(newest.order_by(Matter.id.desc()).limit(3)))


def _join(office: Office, clerk: Actor, found: list[int], *, at: datetime) -> None:
    session, kochi = office.session, office.staff["kochi"]
    query = {"tab": "department", "media": "1"}
    views.save(session, actor=clerk, at=at, name="写真のある件", query=query, shared=False, first=False)
    links.link(session, found[0], actor=clerk, at=at, other=found[1], kind=LinkKind.FOLLOW_UP)
    links.group_like(session, found[0], actor=clerk, at=at)
    _answer_together(office, clerk, found, at=at)
    text = f"@{clerk.name} さん、続けて届いています。まとめて回答できるか見てください。"
    notes.write(session, found[0], actor=kochi, at=at, text=text)


def _answer_together(office: Office, clerk: Actor, found: list[int], *, at: datetime) -> None:
    """One answer for the group, which waits for its decision."""
    first = office.session.get_one(Matter, found[0])
    answer = answering.draft(office, first, clerk, at=at)
    if answer.state is not AnswerState.DRAFT:
        return
    others = [one for one in members(office.session, first.id) if one != first.id]
    group.choose(office.session, answer, actor=clerk, shown=others, wanted=others, at=at)
    office.session.flush()
    answering.submit(office, first, answer, clerk, at=at)
