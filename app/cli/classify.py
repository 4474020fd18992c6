"""``machikoe classify``: JSON Lines in, readings out, in order, while they come."""

import json
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.site import Site
    from feedback.ports import Reading, TextReader

Routing = Callable[[str, "Reading"], str | None]
_BATCH = 64
_LONGEST_LINE = 1_000_000


def _site() -> "Site | None":
    """The installation here; None when there is none."""
    from app.site import open_site
    from feedback.config import SettingsError

    try:
        return open_site()
    except SettingsError:
        return None


def routing_of(site: "Site") -> Routing:
    """What finds the department for a text and its reading."""
    from app.routing import department_finder

    find = department_finder(site.database)
    return lambda text, reading: find(text, reading.area, reading.kind)


def reader_for(folder: str | None, site: "Site | None") -> tuple["TextReader", str]:
    """What reads, and how to call it: the model of the folder, else the one in force here, else the shipped one."""
    from app.current_model import CurrentReader, Origin
    from app.reading import ClassifierReader
    from feedback.config import load_settings

    if folder is not None or site is None:
        chosen = Path(folder) if folder else load_settings().model_dir
        reader = ClassifierReader(chosen)
        return reader, f"{reader.version}（{f'フォルダ {chosen}' if chosen else '付属'}）"
    current = CurrentReader(site.settings, site.database, once=True)
    names = {Origin.CITY: "使用中の市のモデル", Origin.FOLDER: "MACHIKOE_MODEL_DIR", Origin.SHIPPED: "付属"}
    words = f"{current.version}（{names[current.origin]}）"
    return current, words if current.trouble is None else f"{words}。使用中のモデルは使えません: {current.trouble}"


def answer(identity: object, text: str, reading: "Reading", routing: Routing | None) -> dict[str, Any]:
    """One output object."""
    return {
        "id": identity,
        "area": reading.area,
        "areas": [{"key": area.key, "score": area.score} for area in reading.areas],
        "abstained": reading.area is None,
        "also": list(reading.also),
        "kind": reading.kind,
        "urgency": reading.urgency,
        "safety": reading.safety,
        "language": reading.language,
        "pii": [{"start": span.start, "end": span.end, "type": span.type} for span in reading.personal_data],
        "department": routing(text, reading) if routing else None,
        "evidence": list(reading.evidence),
        "model_version": reading.model_version,
    }


def parse(line: str) -> tuple[object, str] | dict[str, Any]:
    """Id and text of an input line, or the error object that answers it."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "この行はJSONとして読めません"}
    if not isinstance(given, dict):
        return {"error": "この行はJSONオブジェクトではありません"}
    known = {"id": given["id"]} if "id" in given else {}
    if not isinstance(given.get("text"), str):
        return {**known, "error": "textがないか、文字列ではありません"}
    if len(line) > _LONGEST_LINE:
        return {**known, "error": f"行が長すぎます（{_LONGEST_LINE:,}文字まで）"}
    return given.get("id"), given["text"]


def _more_waits(source: IO[bytes]) -> bool:
    """Whether a further line can be had without waiting for whoever writes them."""
    peek = getattr(source, "peek", None)
    try:
        if peek is None:
            return True
        ready, _, _ = select.select([source], [], [], 0)
    except (OSError, ValueError):
        return True
    return bool(ready)


def _batches(source: IO[bytes]) -> Iterator[list[str]]:
    """Lines in groups: as many as have already arrived, so that a slow writer gets each answer at once."""
    batch: list[str] = []
    buffered = b""
    for chunk in iter(lambda: _chunk(source), b""):
        *lines, buffered = (buffered + chunk).split(b"\n")
        for line in lines:
            batch.append(line.decode("utf-8", "replace"))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch and not _more_waits(source):
            yield batch
            batch = []
    if buffered:
        batch.append(buffered.decode("utf-8", "replace"))
    if batch:
        yield batch


def _chunk(source: IO[bytes]) -> bytes:
    read = getattr(source, "read1", source.read)
    return bytes(read(65536))


def answers(reader: "TextReader", batch: list[str], routing: Routing | None) -> Iterator[dict[str, Any]]:
    """Output objects for a batch of lines, in order; an empty line has none."""
    parsed = [parse(line) for line in batch if line.strip()]
    good = [item for item in parsed if isinstance(item, tuple)]
    readings = iter(reader.read([text for _, text in good]))
    for item in parsed:
        yield item if isinstance(item, dict) else answer(item[0], item[1], next(readings), routing)


@click.command("classify", short_help="標準入力のJSON Linesを分類します")
@click.option("--model", "folder", type=click.Path(exists=True, file_okay=False), help="モデルのフォルダ")
def classify(folder: str | None) -> None:
    """標準入力の JSON Lines（{"id", "text"}）を1行ずつ分類し、同じ順番で標準出力へ書きます。

    モデルは、--model のもの、なければこの市で使用中のもの、なければ付属のものです。どれかは標準エラー出力に書きます。
    読めない行には {"error": …} を返して続け、最後に終了コード1で終わります。
    """
    from classifier.store import ModelError

    site = _site()
    try:
        reader, name = reader_for(folder, site)
    except ModelError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"モデル: {name}", err=True)
    routing = routing_of(site) if site else None
    failed = False
    output = sys.stdout.buffer
    for batch in _batches(sys.stdin.buffer):
        for result in answers(reader, batch, routing):
            failed = failed or "error" in result
            output.write((json.dumps(result, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        output.flush()
    sys.exit(1 if failed else 0)
