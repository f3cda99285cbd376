"""Pages of an export: their addresses, their scripts, and what a browser may keep."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from tests.api.served import Caller, serving, serving_on
from traider.api.pages import page_files, script_digests
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config

INLINE = "self.__next_f.push([1,'a'])"
PAGE = f"""<!doctype html><html><head><script src="/_next/static/main-1.js"></script></head>
<body><script>{INLINE}</script><script type="text/x">two
lines</script></body></html>"""


def _sha(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    """An export of three pages."""
    folder = tmp_path / "dashboard"
    (folder / "_next" / "static").mkdir(parents=True)
    (folder / "orders").mkdir()
    for name in ("index.html", "orders.html", "orders/detail.html", "404.html"):
        (folder / name).write_text(PAGE, encoding="utf-8")
    (folder / "_next" / "static" / "main-1.js").write_text("let a = 1;" * 500, encoding="utf-8")
    (folder / "_next" / "static" / "font.woff2").write_bytes(b"\0" * 40)
    return folder


def test_scripts_that_stand_in_a_page_are_named_by_their_digests() -> None:
    assert set(script_digests(PAGE)) == {_sha(INLINE), _sha("two\nlines")}
    assert script_digests('<SCRIPT data-src="x">1</SCRIPT >') == (_sha("1"),)
    assert script_digests("<script>a\r\nb</script>") == (_sha("a\nb"),)


def test_each_page_has_its_clean_address(dashboard: Path) -> None:
    files = page_files(dashboard)
    for address in ("/", "/index.html", "/orders", "/orders/", "/orders.html", "/orders/detail"):
        assert files[address].content_type == "text/html; charset=utf-8"
    assert "/.." not in str(files)


def test_a_folder_without_pages_has_none(tmp_path: Path) -> None:
    assert page_files(tmp_path / "none") == {}


def test_pages_are_served_as_they_were_built(written_state: Path, dashboard: Path) -> None:
    terms = ApiTerms(written_state, load_config(), dashboard=dashboard)
    with serving_on(terms) as url, Caller(url) as caller:
        page = caller.get("/orders")
        assert page.body.decode() == PAGE
        policy = page.headers["content-security-policy"]
        scripts = " ".join(sorted((_sha(INLINE), _sha("two\nlines"))))
        assert f"script-src 'self' {scripts};" in policy
        assert "http" not in policy
        assert page.headers["cache-control"] == "no-cache"
        again = caller.get("/orders", **{"If-None-Match": page.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
        script = caller.get("/_next/static/main-1.js", **{"Accept-Encoding": "gzip"})
        assert script.headers["content-encoding"] == "gzip"
        assert gzip.decompress(script.body) == b"let a = 1;" * 500
        assert "immutable" in script.headers["cache-control"]
        assert caller.get("/_next/static/font.woff2").headers["content-type"] == "font/woff2"
        missing = caller.get("/nowhere")
        assert (missing.status, missing.body.decode()) == (404, PAGE)
        assert caller.get("/api/v1/nowhere").headers["content-type"].endswith("problem+json")
        assert caller.get("/../../etc/passwd").status == 404
        assert caller.post("/orders").status == 405
        head = caller.ask("HEAD", "/orders")
        assert (head.headers["content-length"], head.body) == (str(len(PAGE)), b"")


def test_without_a_dashboard_a_page_says_how_to_get_it(written_state: Path, tmp_path: Path) -> None:
    terms = ApiTerms(written_state, load_config(), dashboard=tmp_path / "none")
    with serving_on(terms) as url, Caller(url) as caller:
        page = caller.get("/")
        assert page.status == 200
        assert "make dashboard" in page.body.decode()
        assert caller.get("/orders").json["title"] == "Not Found"


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_documents_load_nothing_from_elsewhere(written_state: Path, page: str) -> None:
    with serving(written_state) as url, Caller(url) as caller:
        text = caller.get(page).body.decode()
        assert "http://" not in text
        assert "https://" not in text
        named = [part.split('"')[0] for part in text.split('="/')[1:]]
        assert named
        for each in named:
            assert caller.get(f"/{each}").status == 200, each
        assert caller.get("/docs/../secrets").status == 404


def test_the_files_of_the_documents_are_scripts_and_styles(served: Caller) -> None:
    script = served.get("/docs/swagger-ui-bundle.js", **{"Accept-Encoding": "gzip"})
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert b"SwaggerUIBundle" in gzip.decompress(script.body)
    assert served.get("/docs/swagger-ui.css").headers["content-type"].startswith("text/css")
    assert served.get("/docs/other.js").status == 404
