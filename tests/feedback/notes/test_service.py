from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.notes import files, queries, service
from feedback.notes.files import NewFile
from feedback.notes.models import NoteFile
from feedback.notes.service import Called
from feedback.opinions import queries as opinions
from feedback.opinions.queries import Tab
from feedback.staff.rules import Actor
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
    with database.write() as session:
        stored = files.announce(session, matter_id, PDF, actor=cast.tanaka, at=NOW)
        session.flush()
        service.write(session, matter_id, actor=cast.tanaka, at=NOW, text="図です。", file=stored)
    with database.read() as session:
        file_id = session.scalars(select(NoteFile.id)).one()
        file = queries.file_of(session, matter_id, file_id, actor=cast.suzuki)
        assert (file.file_name, file.content_type, file.size) == ("現地の図.pdf", "application/pdf", len(PDF.content))
        assert file.storage_key == stored.storage_key
        assert files.orphans(session, now=NOW + timedelta(days=1)) == []
        for who, where in ((cast.sato, matter_id), (cast.tanaka, other)):
            with pytest.raises(NotFound):
                queries.file_of(session, where, file_id, actor=who)


@pytest.mark.parametrize(
    "file", [NewFile("page.html", b"<html>"), NewFile("big.pdf", b"%PDF-" + bytes(10 * 1024 * 1024))]
)
def test_what_may_not_be_attached_is_refused(database: Database, cast: Cast, clock: FakeClock, file: NewFile) -> None:
    matter_id = write_opinion(database, clock())
    with database.write() as session, pytest.raises(Invalid):
        files.announce(session, matter_id, file, actor=cast.tanaka, at=NOW)


def test_a_file_that_no_note_took_is_swept_and_cannot_be_taken_any_more(
    database: Database, cast: Cast, clock: FakeClock
) -> None:
    matter_id, later = write_opinion(database, clock()), NOW + files.SWEPT_AFTER + timedelta(seconds=1)
    with database.write() as session:
        with pytest.raises(NotFound):
            files.announce(session, matter_id, PDF, actor=cast.sato, at=NOW)
        with pytest.raises(NotAllowed):
            files.announce(session, matter_id, PDF, actor=cast.suzuki, at=NOW)
        stored = files.announce(session, matter_id, PDF, actor=cast.tanaka, at=NOW)
        session.flush()
        assert files.orphans(session, now=NOW + timedelta(minutes=59)) == []
        assert files.orphans(session, now=later) == [stored.storage_key]
        with pytest.raises(Invalid), session.begin_nested():
            service.write(session, matter_id, actor=cast.tanaka, at=later, text="図", file=stored)
        files.forget(session, [stored.storage_key])
        assert files.orphans(session, now=later) == []
