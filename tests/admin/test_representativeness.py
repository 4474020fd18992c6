import io
from collections.abc import Callable
from datetime import timedelta

from feedback.db import Database
from feedback.opinions.intake import Sender
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]


def test_population_is_checked_kept_and_stands_beside_the_voices(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock() - timedelta(days=3), sender=Sender(age_band="30s", district="川北"))
    kochi = as_person("kochi")
    page = kochi.get("/representativeness").text
    assert "市民全体から選んだ標本ではありません" in page
    assert "人口がまだ登録されていない" in page
    checked = kochi.post("/population", {"text": "川北,30代,1200\n川北,?,1"}).text
    assert "1,200人を登録する" in checked
    assert "年齢が読めません" in checked
    file = (io.BytesIO("川北,30代,1200\n".encode("cp932")), "人口.csv")
    sent = {"file": file, "save": "1", "as_of": "2026-04-01"}
    assert kochi.post("/population", sent, content_type="multipart/form-data").status_code == 302
    page = as_person("tanaka").get("/representativeness").text
    assert "令和8年4月1日" in page
    assert "（参考）" in page
    assert "人口を登録する" not in page
    assert as_person("tanaka").get("/population").status_code == 403
    assert as_person("tanaka").post("/population", {"text": "川北,30代,1"}).status_code == 403


def test_the_error_is_for_random_samples_only(as_person: AsPerson) -> None:
    kochi = as_person("kochi")
    assert "±4.9" in kochi.get("/representativeness?sample=400&population=100000").text
    assert "±" not in kochi.get("/representativeness").text.replace("±1.96", "")
    assert "対象の人数はそれ以上" in kochi.get("/representativeness?sample=9&population=3").text
