"""A browser without JavaScript: opens pages, keeps cookies, fills in the forms it is shown."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from api.pages.public import human
from services.i18n import translator
from tests.api.conftest import Api
from tests.api.doors import browser

_NUMBERS = [translator("id").gettext(word) for word in human._WORDS]


class _Forms(HTMLParser):
    """Every form with the values it starts with."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action") or "", {}))
            return
        name = given.get("name")
        if not self.forms or "disabled" in given:
            return
        values = self.forms[-1][1]
        if tag == "input" and name and given.get("type") not in ("file", "submit"):
            ticked = "checked" in given or given.get("type") not in ("radio", "checkbox")
            if ticked:
                values.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea" and name:
            self._area, values[name] = name, [""]
        elif tag == "select":
            self._select = name or ""
        elif tag == "option" and self._select and "selected" in given:
            values.setdefault(self._select, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][1][self._area][0] += data.removeprefix("\n")


@dataclass
class Visitor:
    """`page` is the answer now looked at, redirects followed."""

    client: httpx.AsyncClient
    page: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @classmethod
    @asynccontextmanager
    async def of(cls, api: Api) -> AsyncIterator["Visitor"]:
        """A fresh browser at the door of this application."""
        async with browser(api.app, url=api.app.state.settings.public_url) as client:
            client.follow_redirects = True
            yield cls(client)

    async def open(self, path: str) -> httpx.Response:
        """Go there."""
        self.page = await self.client.get(path)
        return self.page

    def fields(self, action: str) -> dict[str, list[str]]:
        """What the form with this action starts with; `path#part` where several lead to one path."""
        parser = _Forms()
        parser.feed(self.page.text)
        return next(values for target, values in parser.forms if action in (target, target.split("#")[0]))

    async def send(
        self, action: str, typed: Mapping[str, Any] | None = None, files: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Fill in the form with this action and send it."""
        data = {**self.fields(action), **(typed or {})}
        if files is None:
            self.page = await self.client.post(action, data=data)
        else:
            self.page = await self.client.post(action, data=data, files=files)
        return self.page

    @property
    def path(self) -> str:
        """Where we are."""
        return self.page.url.path

    @property
    def errors(self) -> str:
        """The summary above the form, as text; "" without one."""
        found = re.search(r'<div class="error-summary".*?</div>', self.page.text, re.DOTALL)
        return self._plain(found[0]) if found else ""

    @property
    def text(self) -> str:
        """The page as text."""
        return self._plain(self.page.text)

    def human_answer(self) -> str:
        """The answer to the sum that the page asks for."""
        found = re.search(r"Berapa (\w+) ditambah (\w+)\?", self.page.text)
        assert found
        return str(_NUMBERS.index(found[1]) + _NUMBERS.index(found[2]))

    @staticmethod
    def _plain(markup: str) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
