"""The dashboard: its figures are those of the lists behind them, for whoever looks."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from feedback.db import Database
from feedback.opinions.intake import Sender
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, MatterStatus, Outcome
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import FakeClock
from tests.feedback.statistics.test_city_map import a_map

AsPerson = Callable[[str], Person]


def test_the_dashboard_leads_to_the_matters_behind_its_figures(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock() - timedelta(days=60), area="roads", text="穴")
    page = as_person("kochi").get("/dashboard").text

    links = re.findall(r'href="(/\?tab=all[^"]+)"', page)
    assert any("area=roads" in link for link in links)
    for link in set(links):
        assert as_person("kochi").get(link.replace("&amp;", "&")).status_code == 200
    assert as_person("kochi").get("/dashboard?from=2026-12-01&to=2026-01-01&department=1").status_code == 200


def test_a_department_sees_its_own_figures_whatever_it_asks_for(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock() - timedelta(days=6), area="roads")
    sato = as_person("sato")
    for address in ("/dashboard", "/dashboard?department=1", "/dashboard?department="):
        page = sato.get(address).text
        assert "この条件の案件はありません" in page
        assert 'name="department"' not in page
    page = as_person("tanaka").get("/dashboard").text
    assert "自分の課の数字だけを表示しています" in page
    assert not re.search(r'href="/\?tab=all[^"]*department=', page)


def test_figures_count_what_the_lists_behind_them_hold(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    """Every link of a figure leads to as many matters as it says."""
    north, old = Sender(age_band="30s", district="川北"), Sender(age_band="70s")
    written: list[tuple[str | None, Channel, Sender | None]] = [
        ("roads", Channel.LINE, north),
        ("roads", Channel.PHONE, old),
        ("parks", Channel.LINE, None),
        (None, Channel.FAX, None),
    ]
    for number, (area, channel, sender) in enumerate(written):
        for copies in range(number + 1):
            at = clock() - timedelta(days=10 * number + copies)
            write_opinion(database, at, area=area, channel=channel, sender=sender, text=f"{number}の{copies}です")
    with database.write() as session:
        ids = session.scalars(select(Matter.id).order_by(Matter.id)).all()
        for place, (matter_id, days) in enumerate(zip(ids, (0, 3, 8, 20), strict=False)):
            matter = session.get_one(Matter, matter_id)
            matter.status, matter.answered_at = MatterStatus.ANSWERED, matter.received_at + timedelta(days=days)
            matter.outcome = (Outcome.DONE, Outcome.NOTED, None, Outcome.DONE)[place]
        session.get_one(Matter, ids[-1]).due_on = date(2026, 11, 1)

    person = as_person("kochi")
    checked = 0
    for narrowed in ("", "&area=roads&district=川北", "&age=none&channel=line"):
        page = person.get(f"/dashboard?from=2026-04-01{narrowed}").text
        rows = re.findall(r'<a href="(/\?tab=all[^"]+)">[^<]+</a></th>\s*<td class="number">([\d,]+)</td>', page)
        cells = re.findall(r'<a href="(/\?tab=all[^"]+)">([\d,]+)</a></td>', page)
        tiles = re.findall(r'<a href="(/\?tab=all[^"]+)">[^<]+</a></p>\s*<p class="figure">([\d,]+)<', page)
        for link, figure in {*rows, *cells, *tiles}:
            listed = person.get(link.replace("&amp;", "&")).text
            counted = re.search(r"該当 <strong>([\d,]+)</strong>", listed)
            assert counted is not None, link
            assert counted[1] == figure, link
            checked += 1
    assert checked > 45


def test_districts_are_tiles_until_the_city_has_a_map(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock() - timedelta(days=3), sender=Sender(district="川北"))
    kochi = as_person("kochi")
    assert "district-tiles" in kochi.get("/dashboard").text
    sent = {"file": (io.BytesIO(a_map("中央")), "地区.geojson")}
    kochi.post("/district-map", sent, content_type="multipart/form-data")
    page = kochi.get("/dashboard").text
    assert 'data-shapes="/district-map/shapes"' in page
    assert "district-tiles" not in page
    assert "川北" in page
    assert "1地区" in kochi.get("/district-map").text
    assert '"S_NAME":"中央"' in kochi.get("/district-map/shapes").text
    refused = {"file": (io.BytesIO(b"{}"), "x.json")}
    kochi.post("/district-map", refused, content_type="multipart/form-data")
    assert "地区の形が入っていません" in kochi.get("/district-map").text
    assert as_person("tanaka").post("/district-map/remove").status_code == 403
    kochi.post("/district-map/remove")
    assert "district-tiles" in kochi.get("/dashboard").text


def test_rising_topics_say_so_when_there_are_none(as_person: AsPerson) -> None:
    for name in ("tanaka", "kochi"):
        assert "増えた話題はありません" in as_person(name).get("/dashboard/topics?from=2026-10-01&age=30s").text
