"""``machikoe model``: learn from labelled texts, judge a model, look at one; the city's own models."""

import json
from pathlib import Path
from typing import Any

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("model", short_help="分類モデルの学習・評価・表示")
def model() -> None:
    """分類モデルを学習し、評価し、内容を表示します。"""


def _labelled(data: Path, text_field: str, label_field: str) -> Any:
    from classifier.labelled import DataError, read_labelled

    try:
        return read_labelled(data, text_field=text_field, label_field=label_field)
    except DataError as error:
        raise click.ClickException(str(error)) from error


def _loaded(folder: Path) -> tuple[Any, dict[str, Any]]:
    from classifier.store import ModelError, load_model

    try:
        return load_model(folder)
    except ModelError as error:
        raise click.ClickException(str(error)) from error


def _default_folder() -> Path:
    from classifier.reader import DEFAULT_MODEL

    return DEFAULT_MODEL


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"


@model.command("train", short_help="ラベル付きの文からモデルを作ります")
@click.option("--data", type=_FILE, required=True, help="JSON Lines。1行に1件")
@click.option("--label-field", default="label", show_default=True, help="ラベルの項目名")
@click.option("--text-field", default="text", show_default=True, help="本文の項目名")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="書き出すフォルダ")
def train(data: Path, label_field: str, text_field: str, output: Path) -> None:
    """ラベル付きの JSON Lines からモデルを学習し、フォルダに書き出します。"""
    from classifier.embedding import learning_embedder
    from classifier.labelled import DataError, save_labelled, train_labelled

    rows = _labelled(data, text_field, label_field)
    try:
        learnt = train_labelled(rows, embedder=learning_embedder())
    except DataError as error:
        raise click.ClickException(f"{data.name}: {error}") from error
    card = save_labelled(learnt, rows, output)
    count = len(card["labels"]["label"])
    click.echo(f"{len(rows.texts):,}件、ラベル{count:,}種類から学習し、{output} に書きました（{card['version']}）。")


@model.command("evaluate", short_help="モデルをラベル付きの文で評価します")
@click.option("--model", "folder", type=_FOLDER, help="モデルのフォルダ（省略時は付属のモデル）")
@click.option("--data", type=_FILE, required=True, help="JSON Lines。1行に1件")
@click.option("--label-field", default="label", show_default=True, help="ラベルの項目名")
@click.option("--text-field", default="text", show_default=True, help="本文の項目名")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出力します")
def evaluate(folder: Path | None, data: Path, label_field: str, text_field: str, as_json: bool) -> None:
    """ラベル付きの JSON Lines でモデルの正解率などを測ります。"""
    from classifier.labelled import evaluate_labelled, head_for

    rows = _labelled(data, text_field, label_field)
    loaded, _ = _loaded(folder or _default_folder())
    result = evaluate_labelled(loaded, rows.texts, rows.labels, head=head_for(loaded, label_field)).as_dict()
    if as_json:
        click.echo(json.dumps(result))
        return
    names = {
        "n": "件数",
        "accuracy": "正解率",
        "macro_f1": "マクロF1",
        "top3": "上位3つに正解",
        "coverage": "自動で振り分けた割合",
        "routed_precision": "そのうち正解",
        "ece": "較正誤差",
    }
    for key, name in names.items():
        click.echo(f"{name}: {result[key] if result[key] is not None else '—'}")


@model.command("show", short_help="モデルの内容を表示します")
@click.option("--model", "folder", type=_FOLDER, help="モデルのフォルダ（省略時は付属のモデル）")
def show(folder: Path | None) -> None:
    """モデルのカード（版、ラベル、学習データのハッシュ、指標）を表示します。"""
    _, card = _loaded(folder or _default_folder())
    click.echo(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True))


@model.command("starter", short_help="付属のモデルを作り直します")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="書き出すフォルダ")
def starter(output: Path) -> None:
    """付属のコーパスからモデルを学習し直します。同じコーパスからは同じモデルができます。"""
    from classifier.embedding import learning_embedder
    from classifier.starter import save_starter, train_starter

    learnt, digest, metrics = train_starter(learning_embedder())
    sha256 = save_starter(learnt, digest, output, metrics=metrics)
    click.echo(f"{output} に書き出しました（sha256 {sha256}）。")


@model.command("learn", short_help="市の訂正から学習するよう登録します")
def learn() -> None:
    """市の案件とその訂正から学習する処理を登録します。ワーカーが実行し、できたモデルは候補になります（切り替えません）。"""
    from app.site import open_site
    from feedback.clock import utc_now
    from feedback.learning import service

    with open_site().database.write() as session:
        service.request(session, kind="learn", at=utc_now(), staff_id=None)
    click.echo(
        "学習を登録しました。進み具合は管理画面の「分類の学習」で、結果は `machikoe model list` で確かめられます。"
    )


@model.command("list", short_help="市のモデルの一覧")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出力します")
def list_(as_json: bool) -> None:
    """市の訂正から学習したモデルと、使用中のモデルを表示します。"""
    from app.site import open_site
    from feedback.learning import queries
    from feedback.learning.rules import FIGURE_NAMES, Basis

    with open_site().database.read() as session:
        present, rows = queries.active(session), queries.models(session)
    if as_json:
        found = [
            {
                "version": one.version,
                "state": one.state,
                "texts": one.texts,
                "corrections": one.corrections,
                "trained_at": one.trained_at.isoformat(),
                "comparison": one.comparison.as_json() if one.comparison else None,
                "trouble": one.trouble,
            }
            for one in rows
        ]
        click.echo(json.dumps({"active": present.version, "models": found}, ensure_ascii=False))
        return
    click.echo(f"使用中: {present.name}")
    for one in rows:
        click.echo(
            f"{one.version}  {one.state_name}  {one.trained_at:%Y-%m-%d %H:%M} UTC"
            f"  {one.texts:,}件から学習（うち訂正 {one.corrections:,}件）"
        )
        if one.trouble:
            click.echo(f"  問題: {one.trouble}")
        if one.comparison:
            where = "その後の案件" if one.comparison.basis is Basis.LATER else "付属のコーパス"
            click.echo(f"  {one.comparison.champion or queries.SHIPPED_NAME}との比較（{where}{one.comparison.n:,}件）")
            for key, name in FIGURE_NAMES.items():
                before, after = getattr(one.comparison.before, key), getattr(one.comparison.after, key)
                click.echo(f"    {name}: {_percent(before)} → {_percent(after)}")


@model.command("activate", short_help="市のモデルに切り替えます")
@click.argument("version")
@click.option("--force", is_flag=True, help="今のモデルより悪くても切り替えます")
def activate(version: str, force: bool) -> None:
    """学習したモデルに切り替えます。動いているプロセスは、再起動しなくても数秒で新しいモデルを使います。

    比較で今のモデルより悪い点があるときは、数字を示して切り替えません。
    """
    from app.site import open_site
    from feedback.clock import utc_now
    from feedback.learning import service

    site = open_site()
    with site.database.write() as session:
        service.activate(session, site.settings, version=version, at=utc_now(), staff_id=None, force=force)
    click.echo(f"{version} に切り替えました。")


@model.command("rollback", short_help="前のモデルに戻します")
def rollback() -> None:
    """切り替える前のモデルに戻します。"""
    from app.site import open_site
    from feedback.clock import utc_now
    from feedback.learning import service

    site = open_site()
    with site.database.write() as session:
        name = service.roll_back(session, site.settings, at=utc_now(), staff_id=None)
    click.echo(f"{name} に戻しました。")
