import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.notes.rules import file_type, mentioned, safe_name

NAMES = {1: "田中 一郎", 2: "田中 一", 3: "佐藤 花子", 4: "佐藤 花子"}


def office(folder: str, *more: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}document.xml", *more):
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@田中 一郎 さん、現地を見ましたか。", [1]),
        ("＠田中一郎さんと@田中　一さん", [1, 2]),
        ("@佐藤花子", [3, 4]),
        ("田中 一郎さんに聞きました。", []),
        ("tanaka@example.jp", []),
        ("@", []),
    ],
)
def test_whom_a_text_calls(text: str, ids: list[int]) -> None:
    assert mentioned(text, NAMES) == ids


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert set(mentioned(text, NAMES)) <= set(NAMES)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("図面.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("写真.JPG", b"\xff\xd8\xff\xe0...", "image/jpeg"),
        ("絵.webp", b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        ("計画.docx", office("word/"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("計画.xlsx", office("word/"), None),
        ("計画.xlsx", office("xl/", "xl/vbaProject.bin"), None),
        ("計画.docx", b"PK\x03\x04 broken", None),
        ("図面.pdf", b"<html>", None),
        ("page.html", b"<html>", None),
        ("run.exe", b"MZ", None),
        ("", b"", None),
    ],
)
def test_only_what_a_file_says_it_is_is_taken(name: str, content: bytes, expected: str | None) -> None:
    assert file_type(name, content) == expected


@given(st.text(max_size=300), st.binary(max_size=60))
def test_any_file_can_be_looked_at(name: str, content: bytes) -> None:
    assert len(safe_name(name)) <= 200
    assert "/" not in safe_name(name)
    assert file_type(name, content) is None or content


def test_a_name_leads_nowhere() -> None:
    assert safe_name("..\\..\\C:/etc/計画\r\n書.pdf") == "計画書.pdf"
