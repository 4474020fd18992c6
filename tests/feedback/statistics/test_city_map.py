import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed
from feedback.statistics import city_map
from tests.conftest import NOW, Cast

SQUARE = [[[135.0, 34.8], [135.1, 34.8], [135.1, 34.9], [135.0, 34.8]]]


def a_map(*names: str, **changes: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"KIGO": f"{number}", "S_NAME": name, "people": 12},
            "geometry": {"type": "Polygon", "coordinates": SQUARE},
        }
        for number, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features} | changes, ensure_ascii=False).encode()


def test_the_property_with_the_districts_names_is_found(database: Database, cast: Cast) -> None:
    with database.write() as session:
        kept = city_map.keep(session, a_map("川北", "中央"), districts=["川北"], actor=cast.admin, at=NOW)
        assert kept.name_property == "S_NAME"
        assert city_map.names_on(kept) == ["中央", "川北"]
        assert "people" not in kept.geojson
        newer = city_map.keep(session, a_map("南"), districts=[], actor=cast.admin, at=NOW)
        assert city_map.current(session) is newer
        with pytest.raises(NotAllowed):
            city_map.remove(session, actor=cast.tanaka, at=NOW)
        city_map.remove(session, actor=cast.admin, at=NOW)
        assert city_map.current(session) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"features": 3}',
        a_map(),
        a_map("a").replace(b"Polygon", b"Point"),
        a_map("a").replace(b"135.0", b"4135.0"),
        a_map("a").replace(b"135.0", b'"x"'),
        b"[" * 100_000,
        b" " * (city_map.LARGEST + 1),
    ],
)
def test_what_is_no_map_of_areas_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        city_map.read_map(content)


@given(
    st.recursive(
        st.none() | st.text(max_size=5), lambda some: st.lists(some) | st.dictionaries(st.text(max_size=9), some)
    )
)
def test_any_json_is_a_map_or_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        city_map.read_map(json.dumps({"features": [{"properties": value, "geometry": value}]}).encode())
