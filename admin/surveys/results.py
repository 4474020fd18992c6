"""Results of a survey on the screen: live, crossed, weighted, as they may leave the office; and the 調査設計."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, note_view, now
from admin.surveys import figures
from admin.surveys.base import blueprint, render, worked_on
from feedback.errors import Invalid
from feedback.staff.rules import Permission
from feedback.surveys import planning, service
from feedback.surveys.definition import Question
from feedback.surveys.models import Survey, SurveyVersion
from feedback.surveys.queries import questions_of
from feedback.surveys.reporting import WEIGHTINGS, SurveyResults, Wish, axes_of, results_of, segment_names
from feedback.surveys.sampling import SHARES, quick_table, sampling_error
from feedback.surveys.written import words_to

_LONGEST_TABLE = 1_000_000


def wish_of(survey: Survey, questions: dict[str, Question]) -> Wish:
    """What the address asks for; what is not there is left out."""
    axes = axes_of(questions, anonymous=survey.anonymous)
    axis, weighting = request.args.get("axis", ""), request.args.get("weighting", "")
    version = whole(request.args.get("version"))
    found = db().get(SurveyVersion, version) if version else None
    return Wish(
        axis=axis if axis in axes else "",
        weighting=weighting if weighting in WEIGHTINGS else "",
        version_id=found.id if found is not None and found.survey_id == survey.id else None,
    )


@blueprint.get("/<key>/results")
@allow(Permission.VIEW_SURVEYS)
def results(key: str) -> Any:
    """The figures, up to this moment."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    questions = questions_of(db(), survey, None)
    wish = wish_of(survey, questions)
    found = results_of(db(), survey, wish)
    outside = "outside" in request.args
    return render(
        "results",
        survey,
        definition,
        found=found,
        wish=wish,
        outside=outside,
        axes=[("", "掛け合わせない"), *axes_of(questions, anonymous=survey.anonymous).items()],
        weightings=list(WEIGHTINGS.items()),
        versions=[("", "すべての版"), *segment_names(db(), survey, "profile:version", questions).items()],
        blocks=[figures.block_of(one, outside=outside) for one in found.questions],
        days=figures.days_option(found.days),
        options={one.question.key: figures.band_option(one) for one in found.questions if figures.has_band(one)},
        errors=_errors(found),
        shares=SHARES,
    )


def _errors(found: SurveyResults) -> list[Any]:
    """The 早見表; only of random samples, where alone it holds."""
    if not found.plan.random or not found.responses:
        return []
    return quick_table(found.responses, found.plan.population)


@blueprint.get("/<key>/results/<question>")
@allow(Permission.VIEW_SURVEYS)
def written(key: str, question: str) -> Any:
    """What was written to a question, masked, with what became of it. Noted in the audit trail."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    asked = questions_of(db(), survey, None).get(question)
    if asked is None:
        raise Invalid("この質問はありません。")
    after = request.args.get("after", "")
    page = words_to(
        db(), survey, asked, actor=actor(), after=int(after) if after.isdecimal() and len(after) < 16 else 0
    )
    note_view(
        action="survey.words_viewed",
        subject_type="survey",
        subject_id=key,
        detail={"question": question, "after": after},
    )
    return render("written", survey, definition, asked=asked, page=page)


@blueprint.route("/<key>/plan", methods=["GET", "POST"])
@allow(Permission.MANAGE_SURVEYS)
def plan(key: str) -> Any:
    """調査設計, and the population's table for weights."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    known = planning.plan_of(db(), survey)
    questions = questions_of(db(), survey, None)
    problems: list[str] = []
    if request.method == "POST":
        try:
            known = _read_plan(survey, known, questions)
            planning.keep_plan(db(), survey, known, actor=actor(), at=now())
        except Invalid as error:
            problems = str(error).splitlines()
        else:
            flash("調査設計を保存しました。", "success")
            return redirect(url_for(".plan", key=key))
    axes = axes_of(questions, anonymous=survey.anonymous)
    page = render(
        "plan",
        survey,
        definition,
        plan=known,
        axes=list(axes.items()),
        problems=problems,
        error=sampling_error(0.5, known.sample, known.population) if known.random and known.sample else None,
    )
    return page, 400 if problems else 200


def _read_plan(survey: Survey, known: planning.Plan, questions: dict[str, Question]) -> planning.Plan:
    form = request.form
    axes = axes_of(questions, anonymous=survey.anonymous)
    chosen = [form.get(name, "") for name in ("age_axis", "district_axis")]
    age, district = (one if one in axes else before for one, before in zip(chosen, known.axes, strict=True))
    cells = None if "drop_cells" in form or (age, district) != known.axes else known.cells
    uploaded = _table()
    if uploaded:
        ages, places = (
            {one: name for one, name in segment_names(db(), survey, axis, questions).items() if one is not None}
            for axis in (age, district)
        )
        cells = planning.read_cells(uploaded, ages=ages, districts=places)
    return replace(
        known,
        audience=form.get("audience", "").strip(),
        drawing=form.get("drawing", "").strip(),
        way=form.get("way", "").strip(),
        random="random" in form,
        population=_people("population", "母集団の人数"),
        sample=_people("sample", "標本数"),
        age_axis=age,
        district_axis=district,
        cells=cells,
    )


def _people(name: str, title: str) -> int | None:
    written = request.form.get(name, "").replace(",", "").strip()
    if not written:
        return None
    number = whole(written)
    if not number:
        raise Invalid(f"「{title}」は1以上の整数で入力してください。")
    return number


def _table() -> str:
    upload = request.files.get("cells")
    content = upload.stream.read(_LONGEST_TABLE + 1) if upload else b""
    if len(content) > _LONGEST_TABLE:
        raise Invalid("人口の表が大きすぎます。1MBまでにしてください。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp932")
    except UnicodeDecodeError:
        raise Invalid("人口の表の文字コードを UTF-8 か Shift_JIS にしてください。") from None
