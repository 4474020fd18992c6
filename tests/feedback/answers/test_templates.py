from feedback.answers import templates
from feedback.answers.rules import template_problem, unresolved
from feedback.db import Database


def test_the_first_texts_can_be_saved_and_are_installed_once(blank_database: Database) -> None:
    for _ in range(2):
        with blank_database.write() as session:
            templates.install_defaults(session)
            found, guides = templates.templates(session), templates.guides(session)
    assert (len(found), len(guides)) == (4, 3)
    for body in [*(one.body for one in found), *(one.body for one in guides)]:
        assert template_problem(body) is None
        assert unresolved(body)
