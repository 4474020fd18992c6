import pytest

from feedback.db import Database
from feedback.departments import service as departments
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.routing import editing, queries
from feedback.routing.editing import AreaWords, RuleWords
from tests.conftest import NOW, Cast

AREA = AreaWords("宇宙", "宇宙", "", None, True)
RULE = RuleWords("雪", "roads", None, ("雪",), None, 1, True)


def test_who_may_not_manage_changes_nothing(database: Database, cast: Cast) -> None:
    with database.write() as session:
        with pytest.raises(NotAllowed):
            editing.save_area(session, key="space", words=AREA, new=True, actor=cast.tanaka, at=NOW)
        with pytest.raises(NotAllowed):
            editing.save_rule(session, rule_id=None, words=RULE, actor=cast.tanaka, at=NOW)
        with pytest.raises(NotAllowed):
            editing.delete_rule(session, rule_id=1, actor=cast.suzuki, at=NOW)
        with pytest.raises(NotAllowed):
            departments.reorder(session, ids=[1], actor=cast.tanaka, at=NOW)


@pytest.mark.parametrize(
    "words",
    [AreaWords("", "x", "", None, True), AreaWords("x", "あ" * 21, "", None, True), AreaWords("x", "x", "", 999, True)],
)
def test_areas_that_cannot_be(database: Database, cast: Cast, words: AreaWords) -> None:
    with database.write() as session, pytest.raises(Invalid):
        editing.save_area(session, key="roads", words=words, new=False, actor=cast.kochi, at=NOW)


def test_a_rule_comes_last_and_moves(database: Database, cast: Cast) -> None:
    with database.write() as session:
        made = editing.save_rule(session, rule_id=None, words=RULE, actor=cast.kochi, at=NOW)
        assert queries.rules(session)[-1].id == made.id
        editing.move_rule(session, rule_id=made.id, up=True, actor=cast.kochi, at=NOW)
        assert queries.rules(session)[-2].id == made.id
        editing.move_rule(session, rule_id=made.id, up=False, actor=cast.kochi, at=NOW)
        editing.move_rule(session, rule_id=made.id, up=False, actor=cast.kochi, at=NOW)
        assert queries.rules(session)[-1].id == made.id


def test_what_is_not_there(database: Database, cast: Cast) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            editing.move_rule(session, rule_id=999, up=True, actor=cast.kochi, at=NOW)
        with pytest.raises(NotFound):
            editing.save_area(session, key="none", words=AREA, new=False, actor=cast.kochi, at=NOW)
        with pytest.raises(Invalid):
            editing.save_rule(
                session,
                rule_id=None,
                words=RuleWords("x", None, "nonsense", (), None, 1, True),
                actor=cast.kochi,
                at=NOW,
            )
