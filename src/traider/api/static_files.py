"""The dashboard at ``/``: what is asked for and is no route of the API.

Where none was built, a plain page says how to get it; the API works without.
"""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from traider.api.pages import MISSING, PageFile, page_files, page_policy
from traider.api.passage.response_headers import POLICY

_API: Final = "/api/"
_UNBUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Traider</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; padding: 0 1rem }
code { background: #8883; border-radius: 4px; padding: .1em .3em }
:root { color-scheme: light dark }
</style>
<h1>Traider runs; its dashboard was not built</h1>
<p>In a checkout <code>make dashboard</code> builds it, with Node 20 or newer where there is one and
with the Node of a Python package where there is none. Released wheels have it inside.</p>
<p>The API is here: <a href="/docs">Swagger UI</a>, <a href="/redoc">ReDoc</a>,
<a href="/openapi.json">openapi.json</a>. At a terminal, <code>traider status --state DIR</code>
shows how the trader stands.</p>
</html>
"""


class Dashboard:
    """Answers with the files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._files = page_files(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            HTTPException: it is one of the API, or asks for more than a file.
        """
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
            return
        request = Request(scope)
        if request.url.path.startswith(_API):
            raise HTTPException(404, "there is nothing here; see /openapi.json for what there is")
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        scope["traider.page"] = "dashboard"
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        file = self._files.get(request.url.path)
        if file is not None:
            return file_answer(request, file)
        if not self._files and request.url.path == "/":
            return HTMLResponse(_UNBUILT, headers={POLICY: page_policy(_UNBUILT)})
        if MISSING in self._files:
            return file_answer(request, self._files[MISSING], 404)
        raise HTTPException(404, "there is no such page")


def file_answer(request: Request, file: PageFile, status: int = 200) -> Response:
    """Return a file as the answer: short where the browser takes that, empty where it has it."""
    headers = {
        POLICY: file.policy,
        "Cache-Control": file.cache_control,
        "ETag": f'"{file.tag}"',
        "Vary": "Accept-Encoding",
    }
    if status == 200 and f'"{file.tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = file.plain
    if "gzip" in request.headers.get("accept-encoding", "") and file.zipped is not None:
        body = file.zipped
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(body))
        body = b""
    return Response(body, status, headers, file.content_type)
