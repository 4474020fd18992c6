"""Error pages in plain Japanese, and how refusals of the inside become answers."""

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from feedback.errors import Conflict, FeedbackError, Invalid, NotAllowed, NotFound

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    text: str


_PAGES = {
    400: _Words("送信内容を受け付けられませんでした", "お手数ですが、前の画面に戻ってもう一度お試しください。"),
    401: _Words("ログインが必要です", "もう一度ログインしてください。"),
    403: _Words("この画面を開く権限がありません", "必要なときは、広聴担当またはシステム管理者にお問い合わせください。"),
    404: _Words(
        "ページが見つかりません",
        "アドレスが違うか、ほかの課に移った案件か、削除されたものです。一覧から探してください。",
    ),
    405: _Words("この操作はできません", "前の画面に戻ってもう一度お試しください。"),
    409: _Words(
        "ほかの人が先に変更しました",
        "画面を開いたあとに内容が変わったため、変更は保存していません。最新の内容を確かめてから、もう一度操作してください。",
    ),
    413: _Words("送信されたデータが大きすぎます", "ファイルを小さくするか、分けて送信してください。"),
    429: _Words("操作の回数が多すぎます", "1分ほど待ってからお試しください。"),
    500: _Words(
        "システムの内部で問題が起きました",
        "変更は保存していません。しばらくしてからお試しください。続くときはシステム管理者にお知らせください。",
    ),
}
_STATUS: dict[type[FeedbackError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 400}


def page(status: int, *, text: str | None = None) -> tuple[str, int]:
    """The error page of a status; ``text`` replaces the usual explanation."""
    words = _PAGES.get(status, _PAGES[400 if status < 500 else 500])
    template = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    return render_template(template, status=status, title=words.title, text=text or words.text), status


def install(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(FeedbackError, _refused)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    body, status = page(error.code)
    response = error.get_response()
    response.set_data(body)
    response.content_type = "text/html; charset=utf-8"
    return response, status


def _csrf(_error: CSRFError) -> tuple[str, int]:
    return page(400, text="画面を開いてから時間がたったため、送信できませんでした。画面を開き直してお試しください。")


def _refused(error: FeedbackError) -> tuple[str, int]:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return page(status, text=None if status == 404 else str(error))


def _unexpected(error: Exception) -> tuple[str, int]:
    # Only the type and place: messages of drivers may quote what a citizen wrote.
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    logger.error("unexpected %s in %s at %s", type(error).__name__, request.endpoint, " < ".join(reversed(frames[-6:])))
    return page(500)
