import io
import re
from collections.abc import Callable
from datetime import timedelta

import openpyxl

from feedback.db import Database
from feedback.opinions.rules import Channel
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]


def test_cells_lead_to_as_many_matters(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    for number, channel in enumerate([Channel.LINE, Channel.LINE, Channel.PHONE]):
        write_opinion(database, clock() - timedelta(days=40 * number), channel=channel, text=f"{number}です")
    person = as_person("kochi")
    page = person.get("/cross-tables?rows=channel&columns=month").text
    cells = set(re.findall(r'<a href="(/\?tab=all[^"]+)">([\d,]+)</a></td>', page))
    assert len(cells) >= 8
    for link, figure in cells:
        listed = person.get(link.replace("&amp;", "&")).text
        counted = re.search(r"該当 <strong>([\d,]+)</strong>", listed)
        assert counted is not None
        assert counted[1] == figure, link


def test_files_hold_what_the_page_shows(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    write_opinion(database, clock() - timedelta(days=3), text="秘密の言葉")
    person = as_person("kochi")
    csv = person.get("/cross-tables/file?format=csv&rows=area&columns=kind").data.decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("分野＼種別")
    assert "秘密" not in csv
    book = openpyxl.load_workbook(io.BytesIO(person.get("/cross-tables/file?rows=area&columns=kind").data))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert rows[1][-1] == rows[2][-1] == 1
    published = person.get("/cross-tables/file?format=csv&rows=area&columns=kind&published=1").data.decode("utf-8-sig")
    assert published.splitlines()[1].endswith(",x")


def test_a_department_saves_gets_mail_and_sees_its_own(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock() - timedelta(days=3), area="roads")
    kochi, sato = as_person("kochi"), as_person("sato")
    assert kochi.post("/cross-tables/save?rows=area&columns=month", {"name": "共通", "shared": "1"}).status_code == 302
    page = sato.get("/cross-tables?department=1").text
    assert "この条件の案件はありません" in page
    assert "共通" in page
    number = re.search(r"/cross-tables/(\d+)/mail", page)
    assert number is not None
    assert sato.post(f"/cross-tables/{number[1]}/mail", {"every": "weekly"}).status_code == 302
    assert 'value="weekly" selected' in sato.get("/cross-tables").text
    sato.post(f"/cross-tables/{number[1]}/remove", {})
    assert "共通" in sato.get("/cross-tables").text
    kochi.post(f"/cross-tables/{number[1]}/remove", {})
    assert "まだありません" in sato.get("/cross-tables").text
    assert as_person("anonymous").get("/cross-tables").status_code == 302
