import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.notes import queries, service
from feedback.notes.models import NoteFile
from feedback.notes.service import Called, NewFile
from feedback.opinions import queries as opinions
from feedback.opinions.queries import Tab
from feedback.staff.rules import Actor
from tests.admin.conftest import FakeMedia
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, Cast, FakeClock

PDF = NewFile("現地の図.pdf", b"%PDF-1.7")


def write(database: Database, matter_id: int, who: Actor, text: str) -> Called:
    with database.write() as session:
        return service.write(session, matter_id, actor=who, at=NOW, text=text)


def called(database: Database, who: Actor) -> int:
    with database.read() as session:
        return opinions.count_tabs(session, actor=who, today=NOW.date())[Tab.MENTIONED]


def test_a_mention_waits_until_it_was_read(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    assert write(database, matter_id, cast.kochi, "@田中 一郎 さん、お願いします。").told == [cast.tanaka.name]
    assert called(database, cast.tanaka) == 1
    with database.write() as session:
        assert [one.staff for one in queries.waiting(session, matter_id, actor=cast.tanaka)] == [cast.kochi.name]
        service.say_seen(session, matter_id, actor=cast.tanaka, at=NOW)
        assert queries.waiting(session, matter_id, actor=cast.tanaka) == []
    assert called(database, cast.tanaka) == 0


def test_a_mention_gives_no_access(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    found = write(database, matter_id, cast.tanaka, "@佐藤 花子 さんの課にも関係します。@河内聴子")
    assert found == Called(told=[cast.kochi.name], without_access=[cast.sato.name])
    assert called(database, cast.sato) == 0
    with database.write() as session:
        for ask in (queries.waiting, queries.mentionable):
            with pytest.raises(NotFound):
                ask(session, matter_id, actor=cast.sato)
        with pytest.raises(NotFound):
            service.say_seen(session, matter_id, actor=cast.sato, at=NOW)


def test_only_who_may_see_the_matter_is_offered(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.read() as session:
        offered = queries.mentionable(session, matter_id, actor=cast.kochi)
    assert offered[0] == cast.tanaka.name
    assert cast.sato.name not in offered
    assert cast.kochi.name not in offered


def test_a_file_is_kept_beside_the_note(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id, other = write_opinion(database, clock()), write_opinion(database, clock())
    store = FakeMedia()
    with database.write() as session:
        service.write(session, matter_id, actor=cast.tanaka, at=NOW, text="図です。", file=PDF, store=store)
    with database.read() as session:
        file_id = session.scalars(select(NoteFile.id)).one()
        file = queries.file_of(session, matter_id, file_id, actor=cast.suzuki)
        assert (file.file_name, file.content_type, store.kept[file.storage_key]) == (
            "現地の図.pdf",
            "application/pdf",
            PDF.content,
        )
        for who, where in ((cast.sato, matter_id), (cast.tanaka, other)):
            with pytest.raises(NotFound):
                queries.file_of(session, where, file_id, actor=who)


@pytest.mark.parametrize(
    "file", [NewFile("page.html", b"<html>"), NewFile("big.pdf", b"%PDF-" + bytes(10 * 1024 * 1024))]
)
def test_what_may_not_be_attached_is_refused(database: Database, cast: Cast, clock: FakeClock, file: NewFile) -> None:
    matter_id = write_opinion(database, clock())
    with database.write() as session, pytest.raises(Invalid):
        service.write(session, matter_id, actor=cast.tanaka, at=NOW, text="図", file=file, store=FakeMedia())
