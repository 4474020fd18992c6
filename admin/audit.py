"""The audit trail, for auditors and administrators."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context

from admin.access import allow
from admin.choices import day, whole
from admin.context import db, note_view, now, services
from admin.tables.cells import escape
from feedback.audit import queries
from feedback.audit.queries import PAGE, Entry, Wanted
from feedback.clock import TOKYO, tokyo_date
from feedback.staff.queries import all_staff
from feedback.staff.rules import Permission

blueprint = Blueprint("audit", __name__)

ACTION_NAMES = {
    "answer.group_chosen": "まとめて回答する案件の選択",
    "answer.shared": "まとめて回答",
    "ratings.viewed": "回答の評価の閲覧",
    "ratings.exported": "回答の評価の書き出し",
    "staff.login": "ログイン",
    "staff.login_failed": "ログインの失敗",
    "staff.logout": "ログアウト",
    "staff.logout_everywhere": "すべての端末からログアウト",
    "staff.second_factor_on": "二段階認証の開始",
    "staff.second_factor_off": "二段階認証の終了",
    "staff.second_factor_reset": "二段階認証の解除",
    "staff.registered": "職員の登録",
    "staff.updated": "職員の変更",
    "staff.unlocked": "ログイン停止の解除",
    "staff.password_reset": "パスワードの再発行",
    "staff.password_changed": "パスワードの変更",
    "matters.listed": "一覧の閲覧",
    "matter.viewed": "案件の閲覧",
    "matter.declined": "「当課ではない」",
    "matter.decline_taken_back": "「当課ではない」の取り消し",
    "themes.viewed": "声のまとめの閲覧",
    "matter.linked": "案件をつないだ",
    "matter.unlinked": "案件のつながりを外した",
    "matter.grouped": "案件をまとめた",
    "matter.ungrouped": "案件のまとめを外した",
    "matter.batch_undone": "まとめて行った変更の取り消し",
    "matter.note_file_viewed": "メモのファイルの閲覧",
    "view.saved": "受信箱の条件の保存",
    "view.removed": "受信箱の条件の削除",
    "view.brought_back": "受信箱の条件の削除の取り消し",
    "matter.similar_viewed": "似た意見の閲覧",
    "population.saved": "人口の登録",
    "city_map.saved": "地区の地図の登録",
    "city_map.removed": "地区の地図の削除",
    "cross_table.saved": "集計表の保存",
    "cross_table.removed": "集計表の削除",
    "cross_table.subscribed": "集計表のメールの設定",
    "cross_table.exported": "集計表の書き出し",
    "opinions.exported": "意見の書き出し",
    "opinions.imported": "意見の取り込み",
    "opinion.entered": "意見の登録",
    "import.uploaded": "取り込みファイルのアップロード",
    "import.requested": "取り込みの開始",
    "import.rejects_downloaded": "取り込めなかった行のダウンロード",
    "department.saved": "部署の保存",
    "departments.ordered": "部署の並べ替え",
    "area.saved": "分野の保存",
    "taxonomy.add": "分野の追加",
    "taxonomy.rename": "分野の名前の変更",
    "taxonomy.retire": "分野の廃止",
    "taxonomy.restore": "分野の再開",
    "taxonomy.merge": "分野の統合",
    "taxonomy.split": "分野の分割",
    "taxonomy.undone": "分野の見直しを元に戻す",
    "areas.ordered": "分野の並べ替え",
    "rule.saved": "振り分けルールの保存",
    "rule.moved": "振り分けルールの並べ替え",
    "rule.deleted": "振り分けルールの削除",
    "audit.exported": "操作の記録の書き出し",
    "event.revived": "LINEイベントの再処理",
    "message.resent": "メッセージの再送",
    "job.restarted": "処理のやり直し",
}
_HEADINGS = ("日時", "職員", "操作", "操作コード", "対象", "対象番号", "詳細")


@blueprint.get("/audit")
@allow(Permission.VIEW_AUDIT)
def index() -> Any:
    """One page of entries, newest first."""
    found = queries.page(db(), _wanted(), before=whole(request.args.get("before")))
    more = len(found) > PAGE
    found = found[:PAGE]
    return render_template(
        "audit/index.html",
        entries=found,
        older=found[-1].id if more else None,
        people=[(str(one.id), one.name) for one in all_staff(db())],
        actions=[(one, ACTION_NAMES.get(one, one)) for one in queries.actions(db())],
        names=ACTION_NAMES,
        chosen=request.args,
    )


@blueprint.get("/audit/file")
@allow(Permission.VIEW_AUDIT)
def file() -> Response:
    """The entries as CSV."""
    wanted = _wanted()
    note_view(action="audit.exported", subject_type="audit", subject_id="all")
    return Response(
        stream_with_context(_csv(_entries(wanted))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit-{tokyo_date(now()):%Y%m%d}.csv"'},
    )


def _entries(wanted: Wanted) -> Iterator[Entry]:
    with services().database.read() as session:
        yield from queries.every(session, wanted)


def _csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    yield b"\xef\xbb\xbf"
    for one in entries:
        writer.writerow(
            [
                one.at.astimezone(TOKYO).isoformat(timespec="seconds"),
                escape(one.who or "システム"),
                ACTION_NAMES.get(one.action, one.action),
                one.action,
                one.subject_type,
                escape(one.subject_id),
                escape(detail_words(one)),
            ]
        )
        if buffer.tell() > 65_536:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def detail_words(entry: Entry) -> str:
    """The detail of an entry in one line."""
    return "、".join(f"{name}={value}" for name, value in entry.detail.items())


def _wanted() -> Wanted:
    given = request.args
    return Wanted(
        first=day(given.get("from")),
        last=day(given.get("to")),
        staff_id=whole(given.get("staff")),
        action=given.get("action", "")[:64],
        subject_type=given.get("subject_type", "")[:32],
        subject_id=given.get("subject_id", "").strip()[:64],
    )
