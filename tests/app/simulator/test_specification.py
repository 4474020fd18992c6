"""Our validator accepts nothing that LINE's published specification refuses (checked when it is at hand)."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.app.simulator.test_validation import BAD, GOOD

FILE = "shared/line-openapi/messaging-api.yml"

Json = dict[str, Any]


@pytest.fixture(scope="module")
def message_validator() -> Any:
    found = [parent / FILE for parent in Path(__file__).parents if (parent / FILE).exists()]
    if not found:
        pytest.skip(f"LINE's specification (line/line-openapi) is in no folder above this one as {FILE}")
    jsonschema: Any = import_module("jsonschema")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemas = yaml.load(found[0].read_text(), loader)["components"]["schemas"]
    definitions = {name: _expand(schema) for name, schema in schemas.items()}
    root = {"$ref": "#/components/schemas/Message", "components": {"schemas": definitions}}
    return jsonschema.Draft202012Validator(root)


def _expand(schema: Json) -> Json:
    """Turn a discriminator into if/then, and inheritance into the child's own properties."""
    own = dict(schema)
    discriminator = own.pop("discriminator", None)
    if discriminator:
        key, mapping = discriminator["propertyName"], discriminator["mapping"]
        branches = [
            {"if": {"properties": {key: {"const": value}}}, "then": {"$ref": target}}
            for value, target in mapping.items()
        ]
        known = {"required": [key], "properties": {key: {"enum": list(mapping)}}}
        return own | {"allOf": [*own.get("allOf", []), known, *branches]}
    # The parent's reference would lead back here through its discriminator.
    if "allOf" in own:
        own["allOf"] = [part for part in own["allOf"] if "$ref" not in part]
    return own


@pytest.mark.parametrize("message", GOOD)
def test_what_we_accept_the_specification_accepts(message: Json, message_validator: Any) -> None:
    assert [error.message for error in message_validator.iter_errors(message)] == []


def test_the_specification_alone_would_be_laxer(message_validator: Any) -> None:
    refused = sum(not message_validator.is_valid(message) for message, _ in BAD)
    assert 10 < refused < len(BAD)
