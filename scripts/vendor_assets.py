"""Brings the browser assets of the staff admin into admin/static/vendor, pinned by version and SHA-256.

    python scripts/vendor_assets.py           fetch with `npm pack` and write the files and the lock
    python scripts/vendor_assets.py --check   compare the committed files with the lock (no network, no node)

Nothing of this runs when machikoe is installed: the files are committed.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "admin" / "static" / "vendor"
LOCK = VENDOR / "lock.json"
_SPRITE = "icons.svg"

PACKAGES: dict[str, dict[str, str]] = {
    "bootstrap@5.3.9": {
        "dist/css/bootstrap.min.css": "bootstrap.min.css",
        "dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
        "LICENSE": "bootstrap.LICENSE.txt",
    },
    "@digital-go-jp/design-tokens@1.1.9": {
        "dist/tokens.css": "digital-agency-tokens.css",
        "LICENSE": "digital-agency-tokens.LICENSE.txt",
    },
    "htmx.org@4.0.1": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    "echarts@6.1.0": {
        "dist/echarts.min.js": "echarts.min.js",
        "LICENSE": "echarts.LICENSE.txt",
        "NOTICE": "echarts.NOTICE.txt",
    },
    "bootstrap-icons@1.13.2": {"LICENSE": "bootstrap-icons.LICENSE.txt"},
}
ICON_NAMES = (
    "archive arrow-counterclockwise arrow-down-up arrow-left arrow-left-right arrow-repeat arrow-right bar-chart-line"
    " bell box-arrow-in-right box-arrow-right building calendar-check camera card-image chat-left-text check2"
    " check2-circle chevron-down chevron-left chevron-right clipboard-data clock clock-history cloud-arrow-up database"
    " diagram-3 download envelope exclamation-octagon exclamation-triangle eye eye-slash file-earmark"
    " file-earmark-arrow-down file-earmark-arrow-up flag funnel gear geo-alt graph-up grid house image inbox"
    " info-circle intersect journal-text key keyboard layers list list-check lock mic paperclip pencil-square people"
    " person person-badge person-check plus-lg printer question-circle save scissors search send shield-check"
    " shield-lock signpost-split sliders speedometer2 tag tags telephone three-dots trash trophy upload x-lg"
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(package: str, folder: Path) -> dict[str, bytes]:
    """The files of a package as the registry serves it, by path."""
    # The registry is whatever the person's npm is set up with; no address is written down here.
    output = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), package],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    with tarfile.open(folder / output.splitlines()[-1]) as archive:
        files = {
            member.name.removeprefix("package/"): archive.extractfile(member)
            for member in archive.getmembers()
            if member.isfile()
        }
        return {name: file.read() for name, file in files.items() if file is not None}


def sprite(files: dict[str, bytes]) -> bytes:
    """The icons we use as one SVG of symbols."""
    symbols = []
    for name in ICON_NAMES.split():
        svg = files[f"icons/{name}.svg"].decode()
        body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", svg, flags=re.DOTALL).strip()
        body = re.sub(r">\s+<", "><", body)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{body}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def without_source_map(content: bytes) -> bytes:
    return re.sub(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$", b"\n", content)


def fetch() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    locked: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package, wanted in PACKAGES.items():
            files = packed(package, Path(folder))
            for source, target in wanted.items():
                content = without_source_map(files[source])
                (VENDOR / target).write_bytes(content)
                locked[target] = {"package": package, "sha256": sha256(content)}
            if package.startswith("bootstrap-icons@"):
                content = sprite(files)
                (VENDOR / _SPRITE).write_bytes(content)
                locked[_SPRITE] = {"package": package, "sha256": sha256(content)}
    LOCK.write_text(json.dumps(dict(sorted(locked.items())), indent=2) + "\n", encoding="utf-8")


def problems() -> list[str]:
    """What differs between the committed files and the lock."""
    locked: dict[str, dict[str, str]] = json.loads(LOCK.read_text(encoding="utf-8"))
    there = {path.name for path in VENDOR.iterdir() if path != LOCK}
    found = [f"{name}: is not in the lock" for name in sorted(there - locked.keys())]
    found += [f"{name}: is missing" for name in sorted(locked.keys() - there)]
    found += [
        f"{name}: differs from the lock"
        for name in sorted(there & locked.keys())
        if sha256((VENDOR / name).read_bytes()) != locked[name]["sha256"]
    ]
    known = {*PACKAGES}
    found += [
        f"{name}: {entry['package']} is not wanted" for name, entry in locked.items() if entry["package"] not in known
    ]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare with the lock")
    if not parser.parse_args().check:
        fetch()
    found = problems()
    print("\n".join(found) or f"vendored assets agree with {LOCK.relative_to(ROOT)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
