"""Swagger UI and ReDoc of the API, from files of this machine: nothing comes from elsewhere."""

from functools import cache
from pathlib import Path
from typing import Final

import fastapi_offline
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from traider.api.pages import PageFile, page_policy
from traider.api.passage.response_headers import POLICY
from traider.api.static_files import file_answer

_FILES: Final = Path(fastapi_offline.__file__).resolve().parent / "static"
_NAMES: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "redoc.standalone.js": "text/javascript; charset=utf-8",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Traider API</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
{body}
</body>
</html>
"""
# A session's cookie goes along by itself; what changes something needs its token of the cookie's
# session beside it, as GET /api/v1/auth/session tells it.
_START: Final = """
const token = fetch('/api/v1/auth/session', {headers: {Accept: 'application/json'}})
  .then((answer) => answer.ok ? answer.json() : {}).then((told) => told.csrf_token || '')
  .catch(() => '');
SwaggerUIBundle({
  url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, docExpansion: 'none',
  filter: true, validatorUrl: null,
  requestInterceptor: async (request) => {
    const found = await token;
    if (found) request.headers['X-CSRF-Token'] = found;
    return request;
  },
});
"""
_SWAGGER: Final = _PAGE.format(
    head='<link rel="stylesheet" href="/docs/swagger-ui.css">',
    body='<div id="swagger-ui"></div>\n<script src="/docs/swagger-ui-bundle.js"></script>\n'
    f"<script>{_START}</script>",
)
_REDOC: Final = _PAGE.format(
    head="<style>body { margin: 0; padding: 0 }</style>",
    body='<redoc spec-url="/openapi.json" disable-search="false"></redoc>\n'
    '<script src="/docs/redoc.standalone.js"></script>',
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger_page() -> HTMLResponse:
    """Show the API to try it out."""
    return HTMLResponse(_SWAGGER, headers={POLICY: page_policy(_SWAGGER)})


@router.get("/redoc")
async def redoc_page() -> HTMLResponse:
    """Show the API to read it."""
    return HTMLResponse(_REDOC, headers={POLICY: page_policy(_REDOC)})


@router.get("/docs/{name}")
def document_file(name: str, request: Request) -> Response:
    """Return a file of the two pages."""
    if name not in _NAMES:
        return Response(status_code=404)
    return file_answer(request, _file(name))


@cache
def _file(name: str) -> PageFile:
    return PageFile(_FILES / name, _NAMES[name], page_policy(""), is_lasting=False)
