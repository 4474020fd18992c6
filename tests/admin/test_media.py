import io
from collections.abc import Callable

import pytest
from PIL import Image

from feedback.db import Database
from feedback.opinions.models import Attachment
from tests.admin.conftest import FakeMedia, Person
from tests.admin.opinions import write_photo
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]


def photo(size: tuple[int, int] = (1600, 900)) -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, (10, 120, 200)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize("page", ["", "/thumbnail"])
@pytest.mark.parametrize(
    ("name", "code"),
    [("tanaka", 200), ("sato", 404), ("suzuki", 200), ("kochi", 200), ("admin", 200), ("anonymous", 302)],
)
def test_who_sees_photos(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock, name: str, code: int, page: str
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="a-photo")
    media.kept["a-photo"] = photo()
    assert as_person(name).get(f"/matters/{matter_id}/files/{file_id}{page}").status_code == code


def test_a_photo_is_sent_as_what_it_is(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="a-photo")
    media.kept["a-photo"] = photo()
    response = as_person("tanaka").get(f"/matters/{matter_id}/files/{file_id}")
    assert response.content_type == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_thumbnail_is_small_and_without_metadata(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="a-photo")
    media.kept["a-photo"] = photo()
    response = as_person("tanaka").get(f"/matters/{matter_id}/files/{file_id}/thumbnail")
    with Image.open(io.BytesIO(response.data)) as small:
        assert max(small.size) == 480
        assert not small.getexif()


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/pdf", None])
def test_what_a_browser_might_run_is_only_downloaded(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock, content_type: str
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="a-page", content_type=content_type)
    media.kept["a-page"] = b"<script>alert(1)</script>"
    tanaka = as_person("tanaka")
    response = tanaka.get(f"/matters/{matter_id}/files/{file_id}")
    assert response.content_type == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert tanaka.get(f"/matters/{matter_id}/files/{file_id}/thumbnail").status_code == 404


@pytest.mark.parametrize("name", ['a"\r\nSet-Cookie: x=1.pdf', "見積書\u2028.pdf", "\r\n", None])
def test_a_citizens_file_name_makes_no_header(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock, name: str | None
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="a-file", content_type="application/pdf")
    media.kept["a-file"] = b"%PDF-"
    with database.write() as session:
        session.get_one(Attachment, file_id).file_name = name
    response = as_person("tanaka").get(f"/matters/{matter_id}/files/{file_id}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie: x" not in response.headers


def test_a_file_belongs_to_its_matter(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="gone")
    tanaka = as_person("tanaka")
    assert tanaka.get(f"/matters/{matter_id}/files/{file_id}").status_code == 404
    media.kept["gone"] = photo()
    assert tanaka.get(f"/matters/{matter_id + 1}/files/{file_id}").status_code == 404


def test_a_huge_picture_makes_no_thumbnail(
    as_person: AsPerson, database: Database, media: FakeMedia, clock: FakeClock
) -> None:
    matter_id, file_id = write_photo(database, clock(), key="huge")
    buffer = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(buffer, "PNG")
    media.kept["huge"] = buffer.getvalue()
    assert as_person("tanaka").get(f"/matters/{matter_id}/files/{file_id}/thumbnail").status_code == 404
