import subprocess
import sys
from pathlib import Path

from tests.architecture.project import ROOT, files, text

PACKAGES = ("feedback", "classifier", "bot", "admin", "app")
MOST_LINES = 400
VAGUE_NAMES = ("util", "helper", "manager", "common", "misc")
# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("anaconda", "org"),
    )
)


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def test_packages_keep_to_their_rings() -> None:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_files_are_short() -> None:
    # A migration is written once by a machine and then never touched.
    lines = {str(path): text(path).count("\n") for path in python_files() if "versions" not in path.parts}
    assert {name: n for name, n in lines.items() if n > MOST_LINES} == {}


def test_modules_are_named_after_the_field() -> None:
    vague = [
        str(path)
        for path in python_files()
        for part in path.with_suffix("").parts
        if any(word in part.lower().split("_") or f"{word}s" in part.lower().split("_") for word in VAGUE_NAMES)
    ]
    assert not vague


def test_every_package_says_what_it_holds() -> None:
    folders = {path.parent for path in python_files() if path.parts[0] in PACKAGES}
    assert [str(f) for f in sorted(folders) if not text(f / "__init__.py").startswith('"""')] == []


def test_no_file_names_a_registry() -> None:
    found = {(str(path), host) for path in files() for host in REGISTRY_HOSTS if host in text(path)}
    assert not found


def test_locks_carry_a_hash_for_everything() -> None:
    for path in (ROOT / "requirements").glob("*.lock"):
        pinned = [line for line in path.read_text().splitlines() if line[:1].isalnum()]
        assert pinned
        assert path.read_text().count("--hash=sha256:") >= len(pinned), path.name
        assert "://" not in path.read_text()


def test_no_work_is_left_as_a_note() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
    found = [(str(path), mark) for path in python_files() for mark in marks if mark in text(path)]
    assert not found


def test_every_test_file_mirrors_code() -> None:
    """tests/bot/test_sender.py stands for bot/sender.py, the files in tests/bot/handling/ for bot/handling.py."""
    folders = {path.parent for path in files() if path.parts[0] == "tests" and path.suffix == ".py"}
    mirrored = [Path(*folder.parts[1:]) for folder in folders if folder.parts[1:2] and folder.parts[1] in PACKAGES]
    assert [str(f) for f in mirrored if not (ROOT / f).is_dir() and not (ROOT / f).with_suffix(".py").is_file()] == []
