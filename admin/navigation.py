"""The menu: every entry in one place. An entry shows when its page exists and the role may open it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

from admin.access import PUBLIC, declared
from admin.context import current_actor, services


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. ``also``: prefixes of endpoints under which it is the current one."""

    endpoint: str
    label: str
    icon: str
    also: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """Where the entry leads."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether the page on screen belongs to this entry."""
        here = request.endpoint or ""
        return here == self.endpoint or here.startswith(self.also or ("\0",))


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of entries."""

    title: str
    entries: tuple[Entry, ...]


MENU = (
    Section(
        "対応",
        (
            Entry("inbox.index", "受信箱", "inbox", ("inbox.", "matters.", "answers.")),
            Entry("approvals.index", "決裁待ち", "check2-circle", ("approvals.",)),
            Entry("dispatch.index", "回答の発送", "send", ("dispatch.",)),
            Entry("entry.new", "意見を登録", "pencil-square", ("entry.",)),
        ),
    ),
    Section(
        "集計・出力",
        (
            Entry("dashboard.index", "ダッシュボード", "bar-chart-line", ("dashboard.",)),
            Entry("cross_tables.index", "クロス集計", "grid", ("cross_tables.",)),
            Entry("representativeness.index", "声の偏り", "people", ("representativeness.index",)),
            Entry("performance.index", "担当課ごとの状況", "clipboard-data", ("performance.",)),
            Entry("ratings.index", "回答の評価", "chat-left-text", ("ratings.",)),
            Entry("themes.index", "声のまとめ", "chat-left-text", ("themes.",)),
            Entry("reports.index", "報告書", "printer", ("reports.",)),
            Entry("surveys.index", "アンケート", "question-circle", ("surveys.",)),
            Entry("exports.index", "書き出し", "download", ("exports.",)),
            Entry("imports.index", "取り込み", "upload", ("imports.",)),
        ),
    ),
    Section(
        "分類",
        (
            Entry("checking.index", "分類の確認", "list-check", ("checking.",)),
            Entry("quality.index", "分類の品質", "graph-up", ("quality.",)),
            Entry("learning.index", "分類の学習", "layers", ("learning.",)),
        ),
    ),
    Section(
        "設定",
        (
            Entry("departments.index", "部署", "building", ("departments.",)),
            Entry("areas.index", "分野", "tags", ("areas.",)),
            Entry("area_review.index", "分野の見直し", "intersect", ("area_review.",)),
            Entry("routes.index", "振り分けルール", "signpost-split", ("routes.",)),
            Entry("answer_texts.templates", "回答のひな形", "journal-text", ("answer_texts.template",)),
            Entry("answer_texts.guides", "移送の案内", "box-arrow-right", ("answer_texts.guide",)),
            Entry("standards.index", "回答期限", "clock", ("standards.",)),
            Entry("city_days.index", "開庁日カレンダー", "calendar-check", ("city_days.",)),
            Entry("city_map.index", "地区の地図", "geo-alt", ("city_map.index", "city_map.save")),
            Entry("representativeness.population", "人口", "people", ("representativeness.read_population",)),
            Entry("notices.rooms", "チャットへのお知らせ", "bell"),
            Entry("staff.index", "職員", "people", ("staff.",)),
        ),
    ),
    Section(
        "運用",
        (
            Entry("operations.index", "稼働状況", "speedometer2", ("operations.",)),
            Entry("audit.index", "操作の記録", "shield-check", ("audit.",)),
        ),
    ),
)


def visible_menu() -> Iterator[Section]:
    """The menu as the person asking may use it."""
    for section in MENU:
        entries = tuple(entry for entry in section.entries if _may_open(entry.endpoint))
        if entries:
            yield Section(section.title, entries)


def _may_open(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    actor = current_actor()
    if view is None or actor is None:
        return False
    access = declared(view)
    return access == PUBLIC or (isinstance(access, frozenset) and any(actor.may(one) for one in access))


def install(app: Flask) -> None:
    """Give every template the menu, the city and who is asking."""

    def provide() -> dict[str, Any]:
        return {
            "menu": list(visible_menu()) if request else [],
            "actor": current_actor(),
            "city_name": services().settings.city_name,
        }

    app.context_processor(provide)
