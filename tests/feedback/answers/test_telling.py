"""Who hears by e-mail of mentions and of an answer's way, and that nothing anybody wrote stands in it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers import people, service
from feedback.answers.models import Answer
from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.notes import service as notes
from feedback.notices import choosing
from feedback.notices.models import Notice
from feedback.notices.rules import NoticeKind, kinds_for
from feedback.staff.rules import Actor, Role
from tests.conftest import NOW, Cast, FakeClock
from tests.feedback.answers.desk import BODY, POST, drafted, hire, write_from_line


def told(session: Session) -> list[tuple[NoticeKind, int | None]]:
    """What was told to whom since the last time."""
    session.flush()
    rows = session.scalars(select(Notice).order_by(Notice.id)).all()
    for one in rows:
        assert "R8-" in one.body
        assert BODY not in one.body
        assert "白線" not in one.body
        session.delete(one)
    return [(one.kind, one.staff_id) for one in rows]


def submit(session: Session, answer: Answer, actor: Actor, *route: Actor) -> None:
    reviewers = [one.id for one in route]
    service.submit(session, answer.id, actor=actor, version=answer.version, at=NOW, reviewers=reviewers)


def test_each_one_whose_turn_it_is_hears_of_it(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_from_line(database, clock())
    with database.write() as session:
        takahashi = hire(session, "takahashi", Role.APPROVER, "roads", at=NOW)
        deputy = hire(session, "deputy", Role.APPROVER, "roads", at=NOW)
        yamada = hire(session, "yamada", Role.STAFF, "roads", at=NOW)
        day = tokyo_date(NOW)
        people.name_deputy(session, actor=takahashi, deputy_id=deputy.id, from_on=day, to_on=day, at=NOW)
        answer = drafted(session, matter_id, actor=cast.tanaka, at=NOW)
        submit(session, answer, cast.tanaka, yamada, takahashi)
        assert told(session) == [(NoticeKind.ASKED, yamada.id)]
        service.approve(session, answer.id, actor=yamada, version=answer.version, at=NOW, post=POST)
        assert told(session) == [(NoticeKind.ASKED, takahashi.id), (NoticeKind.ASKED, deputy.id)]
        service.give_back(
            session, answer.id, actor=deputy, version=answer.version, at=NOW, comment="白線の日を", to_position=1
        )
        assert told(session) == [(NoticeKind.GIVEN_BACK, yamada.id)]
        service.give_back(session, answer.id, actor=yamada, version=answer.version, at=NOW, comment="白線の日を")
        assert told(session) == [(NoticeKind.GIVEN_BACK, cast.tanaka.id)]
        submit(session, answer, cast.tanaka, takahashi)
        told(session)
        service.approve(session, answer.id, actor=takahashi, version=answer.version, at=NOW, post=POST)
        assert told(session) == [(NoticeKind.DECIDED, cast.tanaka.id)]


def test_who_chose_not_to_hear_does_not(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_from_line(database, clock())
    with database.write() as session:
        takahashi = hire(session, "takahashi", Role.APPROVER, "roads", at=NOW)
        choosing.choose(session, [NoticeKind.DECIDED], actor=takahashi, at=NOW)
        answer = drafted(session, matter_id, actor=cast.tanaka, at=NOW)
        submit(session, answer, cast.tanaka, takahashi)
        assert told(session) == []


def test_a_mention_is_told_to_who_sees_the_matter_only(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_from_line(database, clock())
    with database.write() as session:
        at = NOW + timedelta(minutes=5)
        text = "@佐藤 花子 @河内聴子 白線の件、見てください。"
        notes.write(session, matter_id, actor=cast.tanaka, at=at, text=text)
        assert told(session) == [(NoticeKind.MENTION, cast.kochi.id)]


def test_what_somebody_without_a_department_may_hear_of(cast: Cast) -> None:
    assert kinds_for(cast.suzuki) == [NoticeKind.MENTION]
    assert NoticeKind.DIGEST not in kinds_for(cast.admin)
    assert NoticeKind.ASKED in kinds_for(cast.admin)
    assert set(kinds_for(cast.tanaka)) >= {NoticeKind.MENTION, NoticeKind.ASKED, NoticeKind.DIGEST}
