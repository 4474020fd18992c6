from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.staff.rules import (
    FAILED_LOGINS_ALLOWED,
    LOCK,
    PERMISSIONS,
    ROLE_NAMES,
    Actor,
    Permission,
    Role,
    locked_until,
    password_problem,
)

_READING = {Permission.USE_ADMIN, Permission.VIEW_MATTERS, Permission.VIEW_ALL_MATTERS}


def actor(role: Role, department_id: int | None = 1) -> Actor:
    return Actor(id=1, name="田中", email="t@example.jp", role=role, department_id=department_id)


def test_every_role_has_a_name_and_its_permissions() -> None:
    assert set(ROLE_NAMES) == set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_everybody_may_use_the_admin_and_nobody_may_do_everything(role: Role) -> None:
    assert Permission.USE_ADMIN in PERMISSIONS[role]
    assert PERMISSIONS[role] < set(Permission)


def test_every_permission_is_somebodys() -> None:
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)


def test_departments_see_their_own_matters_only() -> None:
    for role in (Role.STAFF, Role.APPROVER):
        assert actor(role, 1).sees(1)
        assert not actor(role, 1).sees(2)
        assert not actor(role, None).sees(1)


@pytest.mark.parametrize("role", [Role.DESK, Role.PR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_others_see_all(role: Role) -> None:
    assert actor(role, None).sees(2)


def test_the_auditor_changes_nothing() -> None:
    figures = {
        Permission.VIEW_DASHBOARD,
        Permission.VIEW_QUALITY,
        Permission.VIEW_REPORTS,
        Permission.VIEW_SURVEYS,
    }
    assert PERMISSIONS[Role.AUDITOR] <= _READING | figures | {Permission.VIEW_AUDIT}


def test_who_keeps_the_machine_does_not_approve_answers() -> None:
    assert Permission.APPROVE not in PERMISSIONS[Role.ADMINISTRATOR]
    assert {role for role in Role if actor(role).may(Permission.MANAGE_STAFF)} == {Role.ADMINISTRATOR}


@given(st.integers(min_value=0, max_value=50))
def test_an_account_closes_for_a_while_after_too_many_failures(failures: int) -> None:
    now = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
    until = locked_until(failures, now=now)
    assert (until is None) is (failures < FAILED_LOGINS_ALLOWED)
    assert until is None or until - now == LOCK <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "12文字以上"),
        ("a" * 129, "128文字以内"),
        ("aaaaaaaaaaaa", "繰り返し"),
        ("password-2026!", "推測されやすい"),
        ("ＰＡＳＳＷＯＲＤ-2026!", "推測されやすい"),
        ("my-tanaka-secret", "メールアドレス"),
        ("ＴＡＮＡＫＡのひみつの合言葉", "メールアドレス"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, word: str) -> None:
    assert word in (password_problem(password, email="tanaka@city.example.jp") or "")


@pytest.mark.parametrize("password", ["correct-horse-battery", "あさひがのぼるまえにでかける", "x7Kp-9mQa-Tz3v-Hw2c"])
def test_long_and_varied_passwords_will_do(password: str) -> None:
    assert password_problem(password, email="tanaka@city.example.jp") is None


def test_a_very_short_name_forbids_nothing() -> None:
    assert password_problem("kaki-no-ki-no-shita", email="ki@city.example.jp") is None
