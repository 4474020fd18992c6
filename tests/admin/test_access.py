import pytest
from flask import Flask

from admin.access import PUBLIC, allow, declared, public, require_declarations
from feedback.staff.rules import Permission


def test_every_route_says_who_may_call_it(staff_app: Flask) -> None:
    assert all(declared(view) is not None for view in staff_app.view_functions.values())


def test_only_these_routes_are_open_to_everybody(staff_app: Flask) -> None:
    open_to_all = {name for name, view in staff_app.view_functions.items() if declared(view) == PUBLIC}
    assert open_to_all == {"static", "auth.login", "second_factor.code", "health.healthz"}


def test_an_application_with_an_undeclared_route_does_not_start() -> None:
    app = Flask("forgetful", static_folder=None)
    app.add_url_rule("/a", "a", public(lambda: "a"))
    app.add_url_rule("/b", "b", allow(Permission.OPERATE)(lambda: "b"))
    require_declarations(app)
    app.add_url_rule("/c", "c", lambda: "c")
    with pytest.raises(RuntimeError, match=r"@public: c$"):
        require_declarations(app)


def test_allow_needs_a_permission() -> None:
    with pytest.raises(ValueError, match="at least one"):
        allow()
