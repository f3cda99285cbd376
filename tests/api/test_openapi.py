"""The document is whole: every operation says what it is for, what it answers, with an example."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from jsonschema import Draft202012Validator

from scripts.write_openapi import PLACE, document_text
from traider.api.application import create_application
from traider.api.terms import ApiTerms
from traider.runtime.config import Config

OPEN = {"/api/v1/health/live", "/api/v1/health/ready", "/api/v1/auth/login"}
"""What nobody must be known for."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document of the real application."""
    return create_application(ApiTerms(Path("none"), Config())).openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, found in document["paths"].items()
        for method, operation in found.items()
    }


def kinds_of(told: dict[str, Any]) -> Iterator[str | None]:
    """Yield what a field may be; of a list, or of values by name, what those are."""
    for each in (told, *told.get("anyOf", ())):
        inner = each.get("items") or each.get("additionalProperties")
        yield inner.get("type") if isinstance(inner, dict) else each.get("type")


def test_every_operation_says_what_it_is_for(document: dict[str, Any]) -> None:
    tags = {each["name"] for each in document["tags"]}
    assert all(each["description"] for each in document["tags"])
    for name, operation in operations(document).items():
        assert 3 < len(operation["summary"]) <= 80, name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name
        assert set(operation["tags"]) <= tags, f"{name}: add its tag to openapi.py"
    used = {tag for each in operations(document).values() for tag in each["tags"]}
    assert used == tags


def test_names_of_operations_are_used_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document).values()]
    assert sorted(set(names)) == sorted(names)


def test_names_of_shapes_are_used_once(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    # Two shapes of one name are told apart by the path of their module.
    assert [name for name in schemas if "__" in name] == []
    plain = [re.sub(r"_(?:Input|Output|\d+)$", "", name.replace("-", "_")) for name in schemas]
    assert sorted(set(plain)) == sorted(plain)


def test_every_error_is_a_problem_that_is_told(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        told = operation["responses"]
        path = name.split()[1]
        assert {"429", "500"} <= set(told), name
        assert ("401" in told and "403" in told) or path in OPEN, name
        if "requestBody" in operation:
            assert {"413", "422"} <= set(told), name
        for code, answer in told.items():
            assert answer["description"] not in ("", "Successful Response", "Validation Error") or (
                code.startswith("2")
            ), f"{name} {code}"
            if int(code) >= 400 and path != "/api/v1/health/ready":
                assert set(answer["content"]) == {"application/problem+json"}, f"{name} {code}"


def test_each_route_that_may_wait_for_a_second_person_says_so(document: dict[str, Any]) -> None:
    application = create_application(ApiTerms(Path("none"), Config()))
    dangerous = set()
    for context in iter_route_contexts(application.routes):
        if isinstance(context.original_route, APIRoute):
            source = inspect.getsource(context.original_route.endpoint)
            if ".demand(" in source or "limit_set(" in source:
                dangerous |= {f"{each} {context.path}" for each in context.methods or ()}
    told = {
        name
        for name, operation in operations(document).items()
        if "/backtest" not in name and "/backfill" not in name and "202" in operation["responses"]
        and operation["responses"]["202"]["content"]["application/json"]["schema"]
        == {"$ref": "#/components/schemas/ApprovalShape"}
    }  # fmt: skip
    assert told == dangerous
    assert {"POST /api/v1/control/rearm", "POST /api/v1/control/limits"} < told
    for name in told:
        example = operations(document)[name]["responses"]["202"]["content"]["application/json"]
        assert example["example"]["asked_by"], name


def test_every_parameter_and_field_says_what_it_means(document: dict[str, Any]) -> None:
    silent = [
        f"{name}: {each['name']}"
        for name, operation in operations(document).items()
        for each in operation.get("parameters", ())
        if not each.get("description")
    ]
    silent += [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if not told.get("description") and "const" not in told
    ]
    assert silent == []


def test_every_parameter_has_an_example_unless_it_says_its_values(
    document: dict[str, Any],
) -> None:
    bare = []
    for name, operation in operations(document).items():
        for each in operation.get("parameters", ()):
            schema = each["schema"]
            kinds = {kind for kind in kinds_of(schema) if kind}
            is_told = bool(schema.keys() & {"examples", "default", "enum"}) or kinds == {"boolean"}
            for example in schema.get("examples", ()):
                faults = Draft202012Validator(
                    {**schema, "components": document["components"]}
                ).iter_errors(example)
                assert not list(faults), f"{name}: {each['name']}"
            if not (is_told or "example" in each):
                bare.append(f"{name}: {each['name']} in {each['in']}")
    assert bare == []


def test_examples_are_what_their_schemas_allow(document: dict[str, Any]) -> None:
    checked = 0
    for name, operation in operations(document).items():
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for code, body in bodies.items():
            told = body.get("content", {}).get("application/json")
            if told is None or not (code == "request" or code.startswith("2")):
                continue
            schema = {**told["schema"], "components": document["components"]}
            faults = [
                f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
                for fault in Draft202012Validator(schema).iter_errors(told["example"])
            ]
            assert not faults, f"{name} {code}: {faults}"
            checked += 1
    assert checked >= len(operations(document)) // 2


def test_amounts_are_text_and_times_whole_numbers(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            kinds = set(kinds_of(told))
            if field.endswith("_ns"):
                assert kinds <= {"integer", "null", None}, f"{name}.{field}"
            if re.search(r"(?:^|_)(?:price|nav|cash|pnl|fee|fees)$", field):
                assert kinds <= {"string", "null", None}, f"{name}.{field}"


def test_the_dashboard_is_made_for_this_document() -> None:
    same = PLACE.read_text(encoding="utf-8") == document_text()
    assert same, "run python scripts/write_openapi.py, then npm run types in web/"
