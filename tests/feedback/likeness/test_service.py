"""The index of likeness: worked off a moment later, whatever happens; words taken back leave it at once."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.citizens import service as citizens
from feedback.db import Database
from feedback.likeness import service
from feedback.likeness.models import Fingerprint, FingerprintBand
from feedback.opinions import intake
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus
from feedback.opinions.service import set_status
from tests.conftest import NOW, Cast
from tests.feedback.opinions.people import opinion, words

TEXT = "市立中央図書館の夜間開館を続けてください。仕事帰りに寄れる場所がなくなると困ります。"
OTHER = "ひばり台公園のブランコの板が割れています。子どもがけがをする前に直してください。"


class CountingEncoder:
    """Vectors that only say which text came when."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        self.seen += texts
        return [bytes([len(text) % 128]) * 512 for text in texts]


def receive(database: Database, text: str, *, key: bytes | None = None, at: datetime = NOW) -> int:
    with database.write() as session:
        return opinion(session, words(text, at, key=key)).matters[0].id


def work_off(database: Database, *, encoder: CountingEncoder | None = None, limit: int = 100) -> int:
    done = 0
    while True:
        with database.read() as session:
            found = service.due(session, limit=limit)
        if not found:
            return done
        prints = service.make_prints(found, encoder=encoder)
        with database.write() as session:
            done += service.store(session, prints, at=NOW)


def groups(session: Session) -> dict[int, int | None]:
    rows = session.execute(select(Fingerprint.matter_id, Fingerprint.group_id).order_by(Fingerprint.matter_id))
    return {row.matter_id: row.group_id for row in rows}


def keys_of(session: Session, matter_id: int) -> list[int]:
    return list(session.scalars(select(FingerprintBand.band).where(FingerprintBand.matter_id == matter_id)))


def test_near_duplicates_come_together_and_others_do_not(database: Database) -> None:
    ids = [receive(database, text) for text in (TEXT, OTHER, TEXT + "お願いします。", "　" + TEXT)]
    assert work_off(database) == 4
    with database.read() as session:
        assert groups(session) == {ids[0]: ids[0], ids[1]: None, ids[2]: ids[0], ids[3]: ids[0]}


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_same_groups_however_the_work_is_cut(database: Database, limit: int) -> None:
    ids = [receive(database, text) for text in (TEXT, OTHER, TEXT + "田中", OTHER + "早く", TEXT, "短い")]
    work_off(database, limit=limit)
    with database.read() as session:
        found = groups(session)
    assert [found[one] for one in ids] == [ids[0], ids[1], ids[0], ids[1], ids[0], None]


def test_a_text_between_two_groups_joins_them(database: Database) -> None:
    # Each step changes little; the ends alone would not be the same.
    a = "公民館の予約をインターネットでできるようにしてください。電話がつながりません。"
    b = a + "窓口も平日だけです。"
    c = b + "休みの日に使いたいです。"
    first, last = receive(database, a), receive(database, c)
    work_off(database)
    with database.read() as session:
        assert groups(session) == {first: None, last: None}
    middle = receive(database, b)
    work_off(database)
    with database.read() as session:
        assert groups(session) == {first: first, last: first, middle: first}


def test_working_again_changes_nothing(database: Database) -> None:
    ids = [receive(database, TEXT), receive(database, TEXT)]
    work_off(database)
    with database.read() as session:
        before = groups(session)
        prints = service.make_prints([service.Words(one, TEXT) for one in ids], encoder=None)
    with database.write() as session:
        service.store(session, prints, at=NOW)
    with database.read() as session:
        assert groups(session) == before
    assert work_off(database) == 0


def test_a_round_that_dies_before_its_commit_is_simply_done_again(database: Database) -> None:
    receive(database, TEXT)
    with database.engine.connect() as connection, Session(connection) as session:
        service.store(session, service.make_prints(service.due(session, limit=10), encoder=None), at=NOW)
        session.rollback()
    with database.read() as session:
        assert groups(session) == {}
    assert work_off(database) == 1


def test_words_that_changed_meanwhile_wait_for_the_next_round(database: Database) -> None:
    matter_id = receive(database, TEXT, key=b"k" * 16)
    with database.read() as session:
        prints = service.make_prints(service.due(session, limit=10), encoder=CountingEncoder())
    with database.write() as session:
        assert intake.unsend(session, line_message_key=b"k" * 16, at=NOW)
    with database.write() as session:
        assert service.store(session, prints, at=NOW) == 0
    work_off(database, encoder=CountingEncoder())
    with database.read() as session:
        assert keys_of(session, matter_id) == []
        assert session.get_one(Fingerprint, matter_id).vector is None


def test_unsent_words_leave_the_index_in_the_same_transaction(database: Database) -> None:
    stay, go = receive(database, TEXT), receive(database, TEXT, key=b"k" * 16)
    work_off(database, encoder=CountingEncoder())
    with database.write() as session:
        intake.unsend(session, line_message_key=b"k" * 16, at=NOW)
    with database.read() as session:
        assert groups(session) == {stay: None, go: None}
        assert keys_of(session, go) == []
        assert session.get_one(Fingerprint, go).vector is None


def test_withdrawn_words_leave_the_index_and_are_not_encoded_again(database: Database, cast: Cast) -> None:
    stay, go = receive(database, TEXT), receive(database, TEXT)
    work_off(database)
    with database.write() as session:
        matter = session.get_one(Matter, go)
        set_status(
            session, go, actor=cast.kochi, version=matter.version, at=NOW, status=MatterStatus.WITHDRAWN, reason="電話"
        )
    with database.read() as session:
        assert groups(session) == {stay: None, go: None}
    encoder = CountingEncoder()
    work_off(database, encoder=encoder)
    assert encoder.seen == []


def test_erased_words_leave_the_index(database: Database) -> None:
    with database.write() as session:
        citizen = citizens.load(session, keys=[b"c" * 16], now=NOW)[b"c" * 16]
        session.flush()
        go = opinion(session, words(TEXT, NOW), citizen=citizen).matters[0].id
    stay = receive(database, TEXT)
    work_off(database, encoder=CountingEncoder())
    with database.write() as session:
        citizen = citizens.load(session, keys=[b"c" * 16], now=NOW)[b"c" * 16]
        citizens.erase(session, citizen, at=NOW)
    with database.read() as session:
        assert groups(session) == {go: None, stay: None}
        assert keys_of(session, go) == []
        assert session.get_one(Fingerprint, go).vector is None


def test_when_the_first_of_a_group_leaves_the_rest_stays_together(database: Database) -> None:
    first, second, third = receive(database, TEXT, key=b"k" * 16), receive(database, TEXT), receive(database, TEXT)
    work_off(database)
    with database.write() as session:
        intake.unsend(session, line_message_key=b"k" * 16, at=NOW)
    work_off(database)
    with database.read() as session:
        assert groups(session) == {first: None, second: second, third: second}


def test_added_words_are_looked_at_again(database: Database) -> None:
    matter_id, other = receive(database, "街灯が切れています。"), receive(database, TEXT)
    work_off(database)
    with database.write() as session:
        session.get_one(Matter, matter_id).text = TEXT
    work_off(database)
    with database.read() as session:
        assert groups(session) == {matter_id: matter_id, other: matter_id}


def test_revisions_only_rise(database: Database) -> None:
    receive(database, TEXT)
    work_off(database)
    receive(database, OTHER)
    work_off(database)
    with database.read() as session:
        found = list(session.scalars(select(Fingerprint.revision).order_by(Fingerprint.matter_id)))
    assert found == sorted(set(found))
