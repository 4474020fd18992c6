"""Drafting and approving answers. Every change is checked, versioned, written down and audited.

Each function takes the ``version`` of the answer (or matter) that the person saw, and raises NotFound (also for other
departments' matters), NotAllowed, Conflict or Invalid, each fit to show.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from feedback.answers import group, mailing, sending, telling
from feedback.answers.models import Answer, AnswerVersion, ApprovalEvent, ApprovalStep
from feedback.answers.people import covers, office_of
from feedback.answers.rules import (
    BY_A_PERSON,
    LONGEST_BODY,
    LONGEST_COMMENT,
    LONGEST_HANDED_OVER,
    UNFINISHED,
    AnswerState,
    ApprovalAction,
    Method,
    StepState,
    route_problem,
    unresolved,
)
from feedback.answers.sending import Post
from feedback.answers.steps import sent, take_step
from feedback.clock import tokyo_date
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.mails import service as mails
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, MatterStatus
from feedback.opinions.service import open_matter, record
from feedback.staff.rules import Actor, Permission, Role

CHANGED_MEANWHILE = (
    "画面を開いたあとに、ほかの人がこの回答案を変更しました。変更は保存していません。"
    "最新の内容を確かめてから、もう一度操作してください。"
)
_NOT_IN_APPROVAL = "この回答案は決裁中ではありません。"


def begin(
    session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, method: Method, body: str
) -> Answer:
    """Begin an answer to a matter; the matter is then 回答案作成中. Invalid when there is one under way."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if unfinished(session, matter_id) is not None:
        raise Invalid("この案件の回答案は、もう作られています。画面を開き直してください。")
    _to_drafting(matter, actor=actor, at=at)
    _check_words(body, method, matter, handed_over="")
    answer = Answer(matter=matter, drafter_id=actor.id, method=method, body=_tidy(body), created_at=at, updated_at=at)
    answer.versions, answer.steps, answer.events = [], [], []
    session.add(answer)
    session.flush()
    _keep_version(answer, actor=actor, at=at)
    record(session, matter, "answer.begun", actor=actor, at=at, answer_id=answer.id)
    return answer


def revise(
    session: Session,
    answer_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    body: str,
    method: Method,
    handed_over: str = "",
) -> Answer:
    """Save a draft. What is being approved must be taken back first."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    if answer.state is not AnswerState.DRAFT:
        raise Invalid("提出した回答案は変更できません。先に取り戻してください。")
    _check_words(body, method, answer.matter, handed_over=handed_over)
    _to_drafting(answer.matter, actor=actor, at=at)
    changed = answer.body != _tidy(body)
    answer.body, answer.method = _tidy(body), method
    answer.handed_over = handed_over.strip() or None
    answer.updated_at = at
    if changed:
        _keep_version(answer, actor=actor, at=at)
    record(session, answer.matter, "answer.revised", actor=actor, at=at, answer_id=answer.id)
    return answer


def submit(
    session: Session,
    answer_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    reviewers: Sequence[int],
    comment: str = "",
    self_approval: bool = False,
) -> None:
    """Hand a draft to its reviewers, in order; the last one decides. The matter is then 決裁中."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    if answer.state is not AnswerState.DRAFT:
        raise Invalid("この回答案は、もう提出されています。")
    _check_complete(answer)
    problem = route_problem(reviewers, office_of(session, answer, self_approval=self_approval))
    if problem:
        raise Invalid(problem)
    take_step(answer.matter, MatterStatus.APPROVING, role=actor.role, actor=actor, at=at)
    answer.round += 1
    answer.state, answer.updated_at = AnswerState.IN_APPROVAL, at
    for position, reviewer_id in enumerate(reviewers, 1):
        answer.steps.append(ApprovalStep(round=answer.round, position=position, reviewer_id=reviewer_id))
    _note(answer, ApprovalAction.SUBMITTED, actor=actor, at=at, comment=comment)
    telling.asked(session, answer, reviewers[0], last=len(reviewers) == 1, but=actor.id, now=at)
    record(session, answer.matter, "answer.submitted", actor=actor, at=at, answer_id=answer.id)


def take_back(session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime, comment: str = "") -> None:
    """取り戻し: whoever wrote the draft, or the desk, takes it out of approval to change it."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    if answer.state not in {AnswerState.IN_APPROVAL, AnswerState.APPROVED}:
        raise Invalid(_NOT_IN_APPROVAL)
    if actor.id not in authors(answer) and not actor.may(Permission.TRIAGE):
        raise NotAllowed("取り戻せるのは、回答案を書いた人と広聴担当です。")
    mails.withdraw(session, answer_id, at=at)
    _back_to_draft(answer, actor=actor, at=at)
    for step in steps_of_round(answer):
        if step.state is StepState.WAITING:
            step.state = StepState.CANCELLED
    _note(answer, ApprovalAction.TAKEN_BACK, actor=actor, at=at, comment=comment)
    record(session, answer.matter, "answer.taken_back", actor=actor, at=at, answer_id=answer.id)


def approve(
    session: Session,
    answer_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    post: Post,
    comment: str = "",
    self_approval: bool = False,
) -> bool:
    """Pass the step that waits for the actor. The last step decides, and the answer goes out in this transaction.

    Returns whether the answer is decided.
    """
    answer, step, absent = _deciding(session, answer_id, actor=actor, version=version, at=at)
    last = step is steps_of_round(answer)[-1]
    office = office_of(session, answer, self_approval=self_approval)
    if office.is_barred(actor.id, deciding=last):
        raise NotAllowed("自分で書いた回答案は、自分で確認・決裁できません。")
    if last and step.reviewer_id not in {one.id for one in office.deciders()}:
        raise NotAllowed("この課の回答を決裁する権限がありません。取り戻して、決裁者を選び直してください。")
    step.state = StepState.APPROVED
    _touch(answer, at)
    action = ApprovalAction.APPROVED if last else ApprovalAction.REVIEWED
    _note(answer, action, actor=actor, at=at, comment=comment, for_id=absent)
    if last:
        _decided(session, answer, actor=actor, role=step.reviewer.role, at=at, post=post)
        telling.decided(session, answer, set(authors(answer)), but=actor.id, now=at)
    else:
        _ask_next(session, answer, actor=actor, at=at)
    record(session, answer.matter, f"answer.{action}", actor=actor, at=at, answer_id=answer.id, for_id=absent)
    return last


def give_back(
    session: Session,
    answer_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    comment: str,
    to_position: int = 0,
) -> None:
    """差戻し to the drafter (0) or to an earlier reviewer of the route. Says why."""
    answer, step, absent = _deciding(session, answer_id, actor=actor, version=version, at=at)
    if not comment.strip():
        raise Invalid("差し戻す理由を入力してください。")
    if not 0 <= to_position < step.position:
        raise Invalid("差し戻す先を選び直してください。")
    _touch(answer, at)
    if to_position:
        for one in steps_of_round(answer):
            if one.position >= to_position:
                one.state = StepState.WAITING
        back_to = {one.reviewer_id for one in steps_of_round(answer) if one.position == to_position}
    else:
        step.state = StepState.RETURNED
        for one in steps_of_round(answer):
            if one.state is StepState.WAITING:
                one.state = StepState.CANCELLED
        _back_to_draft(answer, actor=actor, at=at)
        back_to = set(authors(answer))
    telling.given_back(session, answer, back_to, but=actor.id, now=at)
    _note(answer, ApprovalAction.RETURNED, actor=actor, at=at, comment=comment, for_id=absent)
    record(session, answer.matter, "answer.returned", actor=actor, at=at, answer_id=answer.id, to=to_position)


def handed_over(session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime, how: str) -> None:
    """Say that a decided letter or e-mail has gone out. The matter is then 回答済."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    if answer.state is not AnswerState.APPROVED:
        raise Invalid("決裁の済んだ手紙・電子メールだけを、発送済みにできます。")
    if not how.strip():
        raise Invalid("いつ、どのように送ったかを入力してください。")
    mails.withdraw(session, answer_id, at=at)
    finish(session, answer, actor=actor, at=at, how=how)
    record(session, answer.matter, "answer.handed_over", actor=actor, at=at, answer_id=answer.id)


def finish(session: Session, answer: Answer, *, actor: Actor, at: datetime, how: str) -> None:
    """A decided answer (with its whole way) has gone out: it is sent, and the matter 回答済."""
    answer.handed_over = how.strip()[:LONGEST_HANDED_OVER]
    _note(answer, ApprovalAction.SENT, actor=actor, at=at, comment=how)
    # The approver has decided already; who posts the letter only carries it out.
    sent(answer, role=Role.APPROVER, actor=actor, at=at)
    group.settle_same_person(session, answer, actor=actor, at=at)
    session.flush()


def send_again(session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime, post: Post) -> None:
    """Send an answer once more that LINE did not deliver."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    if answer.state is not AnswerState.SENT or answer.method is not Method.LINE:
        raise Invalid("LINEで送った回答だけを、もう一度送れます。")
    sending.send_again(session, answer, post=post, at=at)
    record(session, answer.matter, "answer.sent_again", actor=actor, at=at, answer_id=answer.id)


def open_answer(session: Session, answer_id: int, *, actor: Actor, version: int) -> Answer:
    """The answer with its matter and whole way, if the actor may work the matter and saw this version."""
    answer = session.scalar(
        select(Answer)
        .where(Answer.id == answer_id)
        .options(
            joinedload(Answer.matter).joinedload(Matter.submission),
            selectinload(Answer.versions),
            selectinload(Answer.steps).joinedload(ApprovalStep.reviewer),
            selectinload(Answer.events),
        )
    )
    if answer is None:
        raise NotFound("回答案が見つかりません。")
    open_matter(session, answer.matter_id, actor=actor, version=None)
    if answer.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return answer


def unfinished(session: Session, matter_id: int) -> Answer | None:
    """The answer to a matter that is not out yet."""
    return session.scalar(select(Answer).where(Answer.matter_id == matter_id, Answer.state.in_(UNFINISHED)))


def authors(answer: Answer) -> frozenset[int]:
    """Everybody who wrote a version of the answer."""
    return frozenset(one.staff_id for one in answer.versions) | {answer.drafter_id}


def steps_of_round(answer: Answer) -> list[ApprovalStep]:
    """The route of the newest submission, in order."""
    return sorted((one for one in answer.steps if one.round == answer.round), key=lambda one: one.position)


def current_step(answer: Answer) -> ApprovalStep | None:
    """The step that is waited for, or None when nobody's word is."""
    if answer.state is not AnswerState.IN_APPROVAL:
        return None
    return next((one for one in steps_of_round(answer) if one.state is StepState.WAITING), None)


def _deciding(
    session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime
) -> tuple[Answer, ApprovalStep, int | None]:
    """The answer, the step that waits for the actor, and for whom they stand in (None: for themselves)."""
    answer = open_answer(session, answer_id, actor=actor, version=version)
    step = current_step(answer)
    if step is None or answer.matter.status is not MatterStatus.APPROVING:
        raise Invalid(_NOT_IN_APPROVAL)
    if step.reviewer_id == actor.id:
        return answer, step, None
    if not covers(session, deputy_id=actor.id, absent_id=step.reviewer_id, on=tokyo_date(at)):
        raise NotAllowed("今は、ほかの人の確認を待っています。")
    return answer, step, step.reviewer_id


def _ask_next(session: Session, answer: Answer, *, actor: Actor, at: datetime) -> None:
    route, step = steps_of_round(answer), current_step(answer)
    if step is not None:
        telling.asked(session, answer, step.reviewer_id, last=step is route[-1], but=actor.id, now=at)


def _decided(session: Session, answer: Answer, *, actor: Actor, role: Role, at: datetime, post: Post) -> None:
    answer.approved_at = at
    plan = group.planned(session, answer)
    if answer.method is Method.LINE:
        sending.send(session, answer, post=post, at=at, receipt=plan.receipt)
    if answer.method in BY_A_PERSON:
        answer.state = AnswerState.APPROVED
        mailing.put_out(session, answer, post=post, staff_id=actor.id, at=at)
    else:
        sent(answer, role=role, actor=actor, at=at)
    group.carry_out(session, answer, plan, role=role, actor=actor, at=at, post=post)


def _to_drafting(matter: Matter, *, actor: Actor, at: datetime) -> None:
    if matter.status is not MatterStatus.DRAFTING:
        take_step(matter, MatterStatus.DRAFTING, role=actor.role, actor=actor, at=at)


def _back_to_draft(answer: Answer, *, actor: Actor, at: datetime) -> None:
    answer.state, answer.approved_at, answer.updated_at = AnswerState.DRAFT, None, at
    take_step(answer.matter, MatterStatus.DRAFTING, role=actor.role, actor=actor, at=at)


def _touch(answer: Answer, at: datetime) -> None:
    """Count a new version also where only the way of the answer changed."""
    answer.updated_at = at
    flag_modified(answer, "updated_at")


def _tidy(body: str) -> str:
    return body.replace("\r\n", "\n").strip()


def _check_words(body: str, method: Method, matter: Matter, *, handed_over: str) -> None:
    if len(_tidy(body)) > LONGEST_BODY:
        raise Invalid(f"回答は{LONGEST_BODY}文字以内で入力してください。")
    if len(handed_over.strip()) > LONGEST_HANDED_OVER:
        raise Invalid(f"伝えた日時・方法は{LONGEST_HANDED_OVER}文字以内で入力してください。")
    if method is Method.LINE and matter.channel is not Channel.LINE:
        raise Invalid("LINEで届いた意見ではないため、LINEでは回答できません。ほかの方法を選んでください。")


def _check_complete(answer: Answer) -> None:
    if not answer.body:
        raise Invalid("回答の文章を入力してください。")
    if unresolved(answer.body):
        raise Invalid("{ } や〔 〕の書き残しがあります。書き込むか、消してから提出してください。")
    if answer.method is Method.IN_PERSON and not answer.handed_over:
        raise Invalid("いつ、だれが、どのように伝えたかを入力してください。")


def _keep_version(answer: Answer, *, actor: Actor, at: datetime) -> None:
    answer.versions.append(AnswerVersion(number=len(answer.versions) + 1, staff_id=actor.id, body=answer.body, at=at))


def _note(
    answer: Answer, action: ApprovalAction, *, actor: Actor, at: datetime, comment: str, for_id: int | None = None
) -> None:
    if len(comment.strip()) > LONGEST_COMMENT:
        raise Invalid(f"コメントは{LONGEST_COMMENT}文字以内で入力してください。")
    answer.events.append(
        ApprovalEvent(
            round=answer.round,
            at=at,
            staff_id=actor.id,
            for_id=for_id,
            action=action,
            version_number=len(answer.versions),
            comment=comment.strip() or None,
        )
    )
