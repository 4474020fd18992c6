from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff.rules import Actor
from feedback.views import service
from feedback.views.models import SavedView
from feedback.views.queries import views_of
from tests.conftest import NOW, Cast

QUERY = {"tab": "all", "kind": "complaint"}


def save(database: Database, who: Actor, name: str = "苦情", *, shared: bool = False, first: bool = False) -> int:
    with database.write() as session:
        return service.save(session, actor=who, at=NOW, name=name, query=QUERY, shared=shared, first=first)


def names(database: Database, who: Actor) -> list[str]:
    with database.read() as session:
        return [one.name for one in views_of(session, actor=who)]


def test_a_view_is_its_owners_alone_unless_the_desk_shares_it(database: Database, cast: Cast) -> None:
    save(database, cast.tanaka, "道路の苦情")
    save(database, cast.kochi, "今週の苦情", shared=True)
    assert names(database, cast.tanaka) == ["今週の苦情", "道路の苦情"]
    assert names(database, cast.sato) == ["今週の苦情"]
    with pytest.raises(NotAllowed):
        save(database, cast.tanaka, shared=True)


def test_only_the_owner_changes_and_removes(database: Database, cast: Cast) -> None:
    own = save(database, cast.tanaka)
    shared = save(database, cast.kochi, "共有", shared=True)
    with database.write() as session:
        with pytest.raises(NotFound):
            service.remove(session, own, actor=cast.sato, at=NOW)
        with pytest.raises(NotAllowed):
            service.remove(session, shared, actor=cast.sato, at=NOW)
        service.change(session, shared, actor=cast.sato, name="別の名", shared=False, first=True)
    assert names(database, cast.sato) == ["共有"]
    with database.read() as session:
        assert [one.first for one in views_of(session, actor=cast.sato)] == [True]
        assert [one.first for one in views_of(session, actor=cast.kochi)] == [False]


def test_one_view_opens_first(database: Database, cast: Cast) -> None:
    one = save(database, cast.tanaka, "一", first=True)
    other = save(database, cast.tanaka, "二", first=True)
    with database.read() as session:
        assert [view.id for view in views_of(session, actor=cast.tanaka) if view.first] == [other]
    with database.write() as session:
        service.change(session, other, actor=cast.tanaka, name="二", shared=False, first=False, query={"tab": "mine"})
        service.change(session, one, actor=cast.tanaka, name="いち", shared=False, first=False)
    with database.read() as session:
        views = views_of(session, actor=cast.tanaka)
    assert [(view.name, view.query, view.first) for view in views] == [
        ("いち", QUERY, False),
        ("二", {"tab": "mine"}, False),
    ]


def test_what_was_removed_comes_back_within_a_day(database: Database, cast: Cast) -> None:
    view_id = save(database, cast.tanaka)
    with database.write() as session:
        service.remove(session, view_id, actor=cast.tanaka, at=NOW)
    assert names(database, cast.tanaka) == []
    with database.write() as session:
        service.bring_back(session, view_id, actor=cast.tanaka)
    assert names(database, cast.tanaka) == ["苦情"]
    with database.write() as session:
        service.remove(session, view_id, actor=cast.tanaka, at=NOW - timedelta(days=2))
    save(database, cast.tanaka, "次")
    assert names(database, cast.tanaka) == ["次"]
    with database.read() as session:
        assert len(session.scalars(select(SavedView)).all()) == 1


@pytest.mark.parametrize("name", ["", "　 ", "あ" * 41])
def test_a_name_is_needed_and_short(database: Database, cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        save(database, cast.tanaka, name)


def test_there_is_an_end_to_it(database: Database, cast: Cast) -> None:
    for number in range(service.MOST_VIEWS):
        save(database, cast.tanaka, f"条件{number}")
    with pytest.raises(Invalid):
        save(database, cast.tanaka)
