"""The city's own map of its districts, uploaded as GeoJSON. No map comes from elsewhere."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed
from feedback.staff.rules import Actor, Permission
from feedback.statistics.models import CityMap

LARGEST = 4_000_000
"""Bytes of a map; a simplified one is some 200,000."""
_SHAPES = frozenset({"Polygon", "MultiPolygon"})
_LONGEST_NAME = 64


def read_map(content: bytes) -> dict[str, Any]:
    """A GeoJSON collection of areas in degrees. Invalid says what is wrong with it."""
    if len(content) > LARGEST:
        raise Invalid(f"地図が大きすぎます（{LARGEST // 1_000_000}MBまで）。形を簡略化してください。")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Invalid("GeoJSON として読めません。UTF-8 で保存し直してください。") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features:
        raise Invalid("地区の形が入っていません。FeatureCollection の GeoJSON を選んでください。")
    if not all(_is_area(one) for one in features):
        raise Invalid("面（Polygon・MultiPolygon）だけの、経度・緯度の GeoJSON にしてください。")
    return {"type": "FeatureCollection", "features": [_bare(one) for one in features]}


def _is_area(feature: Any) -> bool:
    shape = feature.get("geometry") if isinstance(feature, dict) else None
    if (
        not isinstance(shape, dict)
        or shape.get("type") not in _SHAPES
        or not isinstance(feature.get("properties"), dict)
    ):
        return False
    numbers = list(_numbers(shape.get("coordinates")))
    return bool(numbers) and all(-180 <= one <= 180 for one in numbers)


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    else:
        # Anything that is no number makes the map unusable.
        yield float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 999.0


def _bare(feature: dict[str, Any]) -> dict[str, Any]:
    """Shape and words; whatever else a file has does not go to browsers."""
    words = {str(key)[:_LONGEST_NAME]: one for key, one in feature["properties"].items() if isinstance(one, str)}
    shape = {"type": feature["geometry"]["type"], "coordinates": feature["geometry"]["coordinates"]}
    return {"type": "Feature", "properties": words, "geometry": shape}


def name_property(found: dict[str, Any], districts: Iterable[str]) -> str:
    """Which property has the names of districts: the one with most of them, else with most different words. Invalid."""
    wanted = set(districts)
    values: dict[str, set[str]] = {}
    for feature in found["features"]:
        for key, value in feature["properties"].items():
            values.setdefault(key, set()).add(value)
    if not values:
        raise Invalid("地区の名前が入っていません。名前の項目がある GeoJSON を選んでください。")
    return max(sorted(values), key=lambda key: (len(values[key] & wanted), len(values[key])))


def keep(session: Session, content: bytes, *, districts: Iterable[str], actor: Actor, at: datetime) -> CityMap:
    """Use this map from now on, in place of the former."""
    _needs(actor)
    found = read_map(content)
    named = name_property(found, districts)
    session.execute(delete(CityMap))
    kept = CityMap(
        geojson=json.dumps(found, ensure_ascii=False, separators=(",", ":")),
        name_property=named,
        uploaded_at=at,
        staff_id=actor.id,
    )
    session.add(kept)
    session.flush()
    _record(session, "city_map.saved", actor, at)
    return kept


def remove(session: Session, *, actor: Actor, at: datetime) -> None:
    """Use no map; districts are shown as tiles."""
    _needs(actor)
    session.execute(delete(CityMap))
    _record(session, "city_map.removed", actor, at)


def current(session: Session) -> CityMap | None:
    """The map in use."""
    return session.scalar(select(CityMap).order_by(CityMap.id.desc()).limit(1))


def names_on(kept: CityMap) -> list[str]:
    """The districts a map has."""
    features = json.loads(kept.geojson)["features"]
    return sorted({name for one in features if (name := one["properties"].get(kept.name_property))})


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")


def _record(session: Session, action: str, actor: Actor, at: datetime) -> None:
    audit.record(session, at=at, staff_id=actor.id, action=action, subject_type="city_map", subject_id="city")
