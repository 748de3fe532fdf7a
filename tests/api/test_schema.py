"""The schema that is checked in is that of the endpoints, and says what they answer."""

import json

import pytest
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from voice2fa.api import examples
from voice2fa.api.urls import _v1

from . import schema as schemas

DOCS = [
    (pattern.name, method, doc)
    for pattern in _v1
    for method, doc in sorted(pattern.callback.cls.docs.items())
]


@pytest.fixture(scope="module")
def schema():
    made, complaints = schemas.generate()
    assert complaints == []
    return made


def test_the_schema_that_is_checked_in_is_current(schema):
    assert schemas.FILE.read_text() == schemas.as_yaml(schema), "Run python -m tests.api.schema."


def test_the_schema_is_valid(schema):
    validate_schema(schema)


def operations(schema):
    return [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]


def test_every_endpoint_is_in_it_with_an_id_of_its_own(schema):
    ids = [operation["operationId"] for _, _, operation in operations(schema)]
    assert len(ids) == len(set(ids)) == len(DOCS)


def test_every_body_has_an_example_that_fits_its_schema(schema):
    bodies = []
    for _, _, operation in operations(schema):
        bodies += operation.get("requestBody", {}).get("content", {}).values()
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                bodies += response.get("content", {}).values()
    assert len(bodies) > 30
    for body in bodies:
        judge = Draft202012Validator({**to_json_schema(body["schema"]), "components": components(schema)})
        for example in body["examples"].values():
            judge.validate(example["value"])


def components(schema):
    return to_json_schema(schema["components"])


def to_json_schema(part):
    """Return a part of an OpenAPI 3.0 schema as JSON Schema: closed, and with null where that is meant."""
    part = json.loads(json.dumps(part))

    def turn(node):
        if isinstance(node, dict):
            for value in node.values():
                turn(value)
            if node.pop("nullable", False) and "type" in node:
                node["type"] = [node["type"], "null"]
            if node.get("type") == "object" and "properties" in node:
                node["additionalProperties"] = False
        elif isinstance(node, list):
            for value in node:
                turn(value)

    turn(part)
    return part


def test_every_refusal_of_an_endpoint_is_told(schema):
    told = {
        operation["operationId"]: " ".join(
            response["description"] for response in operation["responses"].values()
        )
        for _, _, operation in operations(schema)
    }
    for name, method, doc in DOCS:
        (words,) = (text for key, text in told.items() if key == f"voice2fa_{_kind(name)}_{method}")
        for code in doc.refuses:
            assert f"{code.value}" in words, (name, method)


def _kind(name):
    (kind,) = (pattern.callback.cls.__name__ for pattern in _v1 if pattern.name == name)
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind[:-4]).strip("_")


def test_a_ticket_is_asked_for_in_a_header_and_nothing_secret_in_an_address(schema):
    for path, _, operation in operations(schema):
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "header" or (parameter["in"], parameter["name"]) == ("path", "id"), path


def test_the_replies_have_the_shape_of_the_examples(phone, api, approve):
    begun = api.log_in().json()
    assert shape(begun) == shape(examples.STARTED | {"show": examples.STARTED["show"] | {"other_phones": []}})
    assert shape(api.ask("status").json()) == shape(examples.VERIFICATION)
    approve(api)
    assert shape(api.send("complete").json()) == shape(examples.COMPLETED)
    assert shape(api.ask("session").json()) == shape(examples.SESSION)
    assert shape(api.ask("phones").json()[0]) == shape(examples.PHONE | {"last_used_at": ""})
    assert shape(api.send("recovery_codes").json()) == shape(examples.NEW_CODES)
    assert shape(api.ask("recovery_codes").json()) == shape(examples.CODES)
    api.ticket = ""
    assert shape(api.ask("other_ways").json()[0]) == shape(examples.WAY)


def shape(body):
    if isinstance(body, dict):
        return {name: shape(value) for name, value in body.items()}
    return [shape(body[0])] if isinstance(body, list) and body else type(body)
