"""Faults as problems, ids of requests, and the document, over a real connection."""

import re
from pathlib import Path

from tests.api.served import Caller, serving


def test_what_is_not_there_is_a_problem_with_the_id_of_the_request(served: Caller) -> None:
    answer = served.get("/api/v1/nothing")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["type"] == "urn:traider:problem:not-found"
    assert (problem["status"], problem["instance"]) == (404, "/api/v1/nothing")
    assert problem["trace_id"] == answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", problem["trace_id"])


def test_another_method_is_a_problem_that_names_those_there_are(served: Caller) -> None:
    answer = served.post("/api/v1/health/live")
    assert (answer.status, answer.json["title"]) == (405, "Method Not Allowed")
    assert answer.headers["allow"] == "GET"


def test_an_id_that_a_proxy_gave_is_kept_and_a_wild_one_is_not(served: Caller) -> None:
    kept = served.get("/api/v1/health/live", **{"X-Request-ID": "edge-0123456789"})
    assert kept.headers["x-request-id"] == "edge-0123456789"
    wild = served.get("/api/v1/health/live", **{"X-Request-ID": 'a"b{secret}'})
    assert re.fullmatch(r"[0-9a-f]{16}", wild.headers["x-request-id"])


def test_the_document_tells_errors_as_problems(served: Caller) -> None:
    document = served.get("/openapi.json").json
    answers = document["paths"]["/api/v1/health/live"]["get"]["responses"]
    told = answers["500"]["content"]["application/problem+json"]["schema"]
    assert told == {"$ref": "#/components/schemas/Problem"}
    assert document["components"]["schemas"]["Problem"]["properties"]["fix"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_folder_without_a_run_is_served_and_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path / "none") as url, Caller(url) as caller:
        assert caller.get("/api/v1/health/live").json["status"] == "live"
        answer = caller.get("/api/v1/health/ready")
        assert answer.status == 503
        assert answer.json["is_ready"] is False
