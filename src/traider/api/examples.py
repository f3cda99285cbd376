"""An example of every answer and every body, put together from the examples of their fields.

A field that shows none has one made up by its kind; a test holds each against its own schema, so
a field with rules that this does not know must show one itself.
"""

from typing import Any, Final

_REF: Final = "#/components/schemas/"
_DEEPEST: Final = 12
_NS: Final = 1_721_347_200_000_000_000
"""2024-07-19T00:00:00Z."""
_TEXTS: Final = {
    "date": "2024-07-19",
    "date-time": "2024-07-19T00:00:00Z",
    "uuid": "5d0f3c1e-6a55-4c1c-9f0e-2f6f6d6a8a11",
    "binary": "…",
}


class Examples:
    """Makes examples of the schemas of one document."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def of(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - JSON
        """Return an example of ``schema``; ``name`` is that of the field it stands in."""
        shown = _shown(schema)
        if depth > _DEEPEST or shown is not None:
            return shown
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].removeprefix(_REF)], name, depth + 1)
        for key in ("anyOf", "oneOf", "allOf"):
            if schema.get(key):
                return self.of(schema[key][0], name, depth + 1)
        return self._of_kind(schema, name, depth)

    def _of_kind(self, schema: dict[str, Any], name: str, depth: int) -> Any:  # noqa: ANN401 - JSON
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[0]
        if kind == "object":
            return self._of_object(schema, depth)
        if kind == "array":
            return self._of_array(schema, name, depth)
        if kind == "string":
            text = _TEXTS.get(schema.get("format", ""), "text")
            return (text * (schema.get("minLength", 0) // len(text) + 1))[
                : schema.get("maxLength", len(text) + schema.get("minLength", 0))
            ]
        if kind in ("integer", "number"):
            return _number(schema, name)
        return False if kind == "boolean" else None

    def _of_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        fields = schema.get("properties", {})
        made = {name: self.of(each, name, depth + 1) for name, each in fields.items()}
        others = schema.get("additionalProperties")
        if not fields and isinstance(others, dict):
            made["name"] = self.of(others, "", depth + 1)
        return made

    def _of_array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self.of(each, name, depth + 1) for each in schema["prefixItems"]]
        if schema.get("maxItems") == 0 or "items" not in schema:
            return []
        one = self.of(schema["items"], name, depth + 1)
        return [one] * max(int(schema.get("minItems", 1)), 1)


def _shown(schema: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return the example that a schema shows itself; None where it shows none."""
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("example", "const", "default"):
        if schema.get(key) not in (None, [], {}):
            return schema[key]
    return None


def _number(schema: dict[str, Any], name: str) -> float:
    """Return a number within the bounds of its schema."""
    number: float = _NS if name.endswith("_ns") else 1
    if "exclusiveMinimum" in schema:
        number = max(number, schema["exclusiveMinimum"] + 1)
    number = max(number, schema.get("minimum", number))
    if "exclusiveMaximum" in schema and number >= schema["exclusiveMaximum"]:
        number = (schema.get("minimum", 0) + schema["exclusiveMaximum"]) / 2
    if number > schema.get("maximum", number):
        number = schema["maximum"]
    return number


def add_examples(document: dict[str, Any]) -> None:
    """Give each JSON body of a request and each answer that went well an example."""
    examples = Examples(document["components"]["schemas"])
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            bodies = [operation["requestBody"]] if "requestBody" in operation else []
            bodies += [
                answer for code, answer in operation["responses"].items() if code.startswith("2")
            ]
            for body in bodies:
                told = body.get("content", {}).get("application/json", {})
                if "schema" in told and "example" not in told and "examples" not in told:
                    told["example"] = examples.of(told["schema"])
