"""The keys that everybody uses: each company's own program, and one of every office."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from typer.testing import CliRunner

from cli import build
from tests.instance import PATIENCE, Instance
from tests.rehearsals.company import done, once


def patiently(look: Callable[[], Any], what: str, *, seconds: float = 120) -> Any:
    """What a process brings about soon after a command was answered."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"no {what} within {seconds} s"
        time.sleep(0.2)
    return found


@dataclass(frozen=True)
class Firm:
    """One company of the cast."""

    id: str
    email: str
    name: str


@dataclass
class Office:
    """A running instance as its users meet it: `tenggat` and the HTTP API."""

    instance: Instance
    programs: dict[tuple[str, ...], httpx.Client] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # what a later act takes back

    def tenggat(self, *arguments: str) -> Any:
        """What a command prints with --json; run here, which spares the start of an interpreter."""
        given = [*arguments, "--json"]
        env = {"TENGGAT_HOME": str(self.instance.home), "TENGGAT_MAIL_PATIENCE": str(PATIENCE)}
        ran = CliRunner().invoke(build(given), given, env=env)
        assert ran.exit_code == 0, f"tenggat {' '.join(given)}: {ran.output} {ran.exception!r}"
        return json.loads(ran.stdout)

    def as_(self, role: str, *, region: str = "", account: str = "", other: str = "") -> httpx.Client:
        """The program of an office or a company; `other`: that of a colleague."""
        key = (role, region, account, other)
        if key not in self.programs:
            options = [
                f"--{name}={value}" for name, value in (("region", region), ("account", account)) if value
            ]
            token = self.tenggat("token", "create", "--role", role, *options)["token"]
            headers = {"Authorization": f"Bearer {token}", "X-Purpose": "gladi"}
            self.programs[key] = httpx.Client(base_url=self.instance.url, headers=headers, timeout=120)
        return self.programs[key]

    def company(self, firm: Firm) -> httpx.Client:
        return self.as_("company_user", account=firm.id)

    def read(self, path: str, role: str = "compliance_officer", **query: Any) -> Any:
        return done(self.as_(role).get(f"/api/v1{path}", params=query))

    def post(self, client: httpx.Client, path: str, body: Any = None, *, status: int | None = None) -> Any:
        """A command, done; `status` names the one refusal that is expected."""
        answer = client.post(f"/api/v1{path}", json=body or {}, headers=once())
        if status is None:
            assert answer.is_success, f"{path}: {answer.text}"
        else:
            assert answer.status_code == status, f"{path}: {answer.text}"
        return answer.json()

    def case(self, firm: Firm, kind: str, **query: Any) -> dict[str, Any]:
        """The company's newest case of a kind."""
        found = self.read("/cases", kind=kind, account=firm.id, **query)["items"]
        assert found, f"{firm.name} has no {kind}"
        newest: dict[str, Any] = found[0]
        return newest

    def mail(self, address: str) -> str:
        """The path of the link in the newest mail to somebody, once that has come."""
        found = patiently(lambda: self.tenggat("mail", "list", "--to", address), f"mail to {address}")
        text: str = self.tenggat("mail", "show", found[-1]["id"])["text"]
        link = re.search(r"https?://[^/\s]+(/\S+)", text)
        assert link is not None, text
        return link[1]

    def hold(self, case: str) -> None:
        """An officer stops a case, on the version that was read."""
        version = self.read(f"/cases/{case}")["version"]
        body = {"reason": "Keberatan.", "version": version}
        self.post(self.as_("compliance_officer"), f"/cases/{case}/hold", body)

    def close(self) -> None:
        for program in self.programs.values():
            program.close()
