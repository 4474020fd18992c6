"""Anybody does anything to a matter and its answer, in any order: what must always hold, on both databases."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers import queries, rating, service
from feedback.answers.models import Answer
from feedback.answers.queries import AnswerView
from feedback.answers.rules import AnswerState, ApprovalAction, Method, StepState
from feedback.citizens.models import Citizen, Consent
from feedback.citizens.service import LINE_ID
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import FeedbackError
from feedback.opinions import intake, undoing
from feedback.opinions import service as opinions
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import HistoryEntry, Matter, Submission
from feedback.opinions.rules import OPEN_STATUSES, Channel, MatterStatus, PartKind
from feedback.routing.service import load_router
from feedback.staff.rules import Actor, Role
from tests.admin.opinions import reading
from tests.conftest import NOW, Cast, load_cast
from tests.feedback.answers.desk import BODY, KEYS, LINE_USER, POST, hire

NAMES = ("tanaka", "yamada", "takahashi", "kochi", "sato", "suzuki", "admin")
WHO = st.sampled_from(NAMES)
ROUTES = st.lists(WHO, max_size=3) | st.sampled_from([["takahashi"], ["yamada", "takahashi"], ["kochi", "takahashi"]])
BEGUN = frozenset(
    {MatterStatus.RECEIVED, MatterStatus.ROUTED, MatterStatus.IN_PROGRESS, MatterStatus.DRAFTING, MatterStatus.REOPENED}
)


class MattersLife(RuleBasedStateMachine):
    """One matter of 道路管理課; every example is rolled back."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.transaction = self.database.write()
        self.session: Session = self.transaction.__enter__()
        self.at = NOW
        self.version = 0
        cast: Cast = load_cast(self.session)
        self.people: dict[str, Actor] = {name: cast[name] for name in ("tanaka", "kochi", "sato", "suzuki", "admin")}
        self.people["yamada"] = hire(self.session, "yamada", Role.STAFF, "roads", at=NOW)
        self.people["takahashi"] = hire(self.session, "takahashi", Role.APPROVER, "roads", at=NOW)
        self.departments = dict(iter(self.session.execute(select(Department.code, Department.id))))
        self.matter = self._received()

    def teardown(self) -> None:
        self.session.rollback()
        self.transaction.__exit__(None, None, None)

    def _received(self) -> Matter:
        citizen = Citizen(
            key=KEYS.lookup(LINE_USER), consent=Consent.GIVEN, reachable=True, language="ja", created_at=NOW
        )
        citizen.line_user_id_sealed = KEYS.encrypt(LINE_USER.encode(), purpose=LINE_ID)
        self.session.add(citizen)
        submission = intake.receive(
            self.session,
            channel=Channel.LINE,
            parts=[NewPart(PartKind.TEXT, NOW, text="道路に穴があいています")],
            received_at=NOW,
            rules=IntakeRules(router=load_router(self.session)),
            reading=reading("roads"),
            sender=Sender(citizen=citizen),
        )
        self.session.flush()
        return submission.matters[0]

    def _try(self, act: Callable[[], Any]) -> None:
        """Do it, or be refused without a trace."""
        self.at += timedelta(minutes=1)
        with suppress(FeedbackError), self.session.begin_nested():
            act()
            self.session.flush()

    def _common(self, who: str) -> dict[str, Any]:
        return {"actor": self.people[who], "version": self.matter.version, "at": self.at}

    def _answer(self, act: Callable[..., Any], who: str, **more: Any) -> None:
        newest = select(Answer).where(Answer.matter_id == self.matter.id).order_by(Answer.id.desc()).limit(1)
        answer = self.session.scalar(newest)
        if answer is not None:
            answer_id, version = answer.id, answer.version
            self._try(lambda: act(self.session, answer_id, actor=self.people[who], version=version, at=self.at, **more))

    @rule(who=WHO, status=st.sampled_from(MatterStatus), reason=st.sampled_from(["", "確認したため"]))
    def choose_status(self, who: str, status: MatterStatus, reason: str) -> None:
        self._try(
            lambda: opinions.set_status(self.session, self.matter.id, status=status, reason=reason, **self._common(who))
        )

    @rule(who=WHO, code=st.sampled_from(["roads", "parks"]))
    def route(self, who: str, code: str) -> None:
        to = self.departments[code]
        self._try(lambda: opinions.route(self.session, self.matter.id, department_id=to, **self._common(who)))

    @rule(who=WHO)
    def decline(self, who: str) -> None:
        self._try(lambda: opinions.decline(self.session, self.matter.id, reason="違う", **self._common(who)))

    @rule(who=WHO)
    def undo(self, who: str) -> None:
        newest = self._history()[-1]
        self._try(lambda: undoing.undo(self.session, self.matter.id, entry_id=newest.id, **self._common(who)))

    @rule(who=WHO, method=st.sampled_from(Method))
    def begin(self, who: str, method: Method) -> None:
        self._try(lambda: service.begin(self.session, self.matter.id, method=method, body=BODY, **self._common(who)))

    @rule(who=WHO, method=st.sampled_from(Method), body=st.sampled_from([BODY, "", "{分野}", BODY + "追記。"]))
    def revise(self, who: str, method: Method, body: str) -> None:
        self._answer(service.revise, who, body=body, method=method, handed_over="電話で伝えました")

    @rule(who=WHO, route=ROUTES)
    def submit(self, who: str, route: list[str]) -> None:
        self._answer(service.submit, who, reviewers=[self.people[name].id for name in route])

    @rule(who=WHO)
    def approve(self, who: str) -> None:
        self._answer(service.approve, who, post=POST)

    @rule(who=WHO, to=st.integers(min_value=-1, max_value=3))
    def give_back(self, who: str, to: int) -> None:
        self._answer(service.give_back, who, comment="直してください", to_position=to)

    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        self._answer(service.take_back, who)

    @rule(who=WHO)
    def post_letter(self, who: str) -> None:
        self._answer(service.handed_over, who, how="郵送")

    @rule()
    def answer_quickly(self) -> None:
        """The straight way, so that what comes after an answer is tried too."""
        self.begin("tanaka", Method.LINE)
        self.submit("tanaka", ["takahashi"])
        self.approve("takahashi")

    @rule(helpful=st.booleans(), again=st.booleans())
    def rate(self, helpful: bool, again: bool) -> None:
        for view in self._views():
            answer = rating.sent_answer(self.session, view.id, submission_id=self.matter.submission_id)
            if answer is not None:
                self.at += timedelta(minutes=1)
                rating.rate(self.session, answer, helpful=helpful, at=self.at)
                if again:
                    rating.reopen(answer, at=self.at, due_on=self.at.date())
                self.session.flush()

    @rule(really=st.integers(min_value=0, max_value=9))
    def withdraw(self, really: int) -> None:
        if not really:
            submission = self.session.get_one(Submission, self.matter.submission_id)
            self.session.refresh(submission, ["matters"])
            intake.withdraw(submission, at=self.at)
            self.session.flush()

    def _history(self) -> list[HistoryEntry]:
        found = select(HistoryEntry).where(HistoryEntry.matter_id == self.matter.id).order_by(HistoryEntry.id)
        return list(self.session.scalars(found))

    def _views(self) -> list[AnswerView]:
        return queries.answers_of(self.session, self.matter.id)

    @invariant()
    def every_state_has_its_moment(self) -> None:
        matter = self.matter
        if matter.status in {MatterStatus.IN_PROGRESS, MatterStatus.DRAFTING, MatterStatus.APPROVING}:
            assert matter.started_at is not None
        if matter.status is MatterStatus.ANSWERED:
            assert matter.answered_at is not None
        is_open = matter.status in OPEN_STATUSES or matter.status is MatterStatus.ANSWERED
        assert (matter.closed_at is None) is is_open

    @invariant()
    def the_version_grows(self) -> None:
        assert self.matter.version >= self.version
        self.version = self.matter.version

    @invariant()
    def the_history_tells_the_status(self) -> None:
        status = MatterStatus.RECEIVED
        for entry in self._history():
            if entry.action in {"status", "withdrawn"}:
                assert entry.before == status, "a step is missing"
                status = MatterStatus(entry.after or "")
            elif entry.action == "routed" and entry.reason != "元に戻す" and status in BEGUN:
                status = MatterStatus.ROUTED
        assert self.matter.status is status

    @invariant()
    def answered_means_that_an_answer_went_out(self) -> None:
        views = self._views()
        assert sum(view.unfinished for view in views) <= 1
        under_way = [view for view in views if view.state in {AnswerState.IN_APPROVAL, AnswerState.APPROVED}]
        if self.matter.status is not MatterStatus.WITHDRAWN:
            assert bool(under_way) is (self.matter.status is MatterStatus.APPROVING)
        if self.matter.status is MatterStatus.ANSWERED:
            assert views
            assert views[-1].state is AnswerState.SENT

    @invariant()
    def only_who_may_decides(self) -> None:
        deciders = {self.people["takahashi"].name, self.people["kochi"].name}
        for view in self._views():
            decided = [one for one in view.events if one.action is ApprovalAction.APPROVED]
            if view.state in {AnswerState.APPROVED, AnswerState.SENT}:
                assert decided
                assert {step.state for step in view.steps} == {StepState.APPROVED}
                assert not {step.reviewer_id for step in view.steps} & view.authors
                assert view.approved_at is not None
            for one in decided:
                assert one.staff in deciders


def test_a_matters_life(database: Database) -> None:
    machine = type("Life", (MattersLife,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=20, deadline=None))
