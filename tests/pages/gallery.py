"""Serves every example page, to look at them: `python -m tests.pages.gallery [port]`."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from api.pages.rendering import render
from tests.pages.example_pages import EXAMPLES
from tests.pages.frame import page

CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
STATIC = Path(__file__).resolve().parents[2] / "api" / "static"


async def show(request: Request) -> HTMLResponse:
    """`/<template>?state=…&locale=en`."""
    template = request.path_params["template"]
    state = request.query_params.get("state")
    context = EXAMPLES[f"{template}#{state}" if state else template]()
    frame = page(template.split("/")[0], request.query_params.get("locale", "id"))
    return HTMLResponse(render(template, frame, **context), headers={"Content-Security-Policy": CSP})


async def framed(request: Request) -> HTMLResponse:
    """What stands in a page's frame: the HTML of a caught mail."""
    return HTMLResponse(
        "<p>Surat</p>", headers={"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'"}
    )


async def index(request: Request) -> HTMLResponse:
    """A link to every example."""
    links = (f'<li><a href="/{name.replace("#", "?state=")}">{name}</a></li>' for name in EXAMPLES)
    return HTMLResponse(f"<ul>{''.join(links)}</ul>")


app = Starlette(
    routes=[
        Route("/", index),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/dev/mail/{mail}/html", framed),
        Route("/{template:path}", show),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]) if len(sys.argv) > 1 else 8899, log_level="warning")
