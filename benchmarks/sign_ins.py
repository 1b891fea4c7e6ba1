"""People who sign in while others do: how long the whole answer takes, counted from when it was due.

`python -m benchmarks.sign_ins [--seconds 60] [--rate 5]` runs it alone, on an instance as `tenggat up` starts it. Each
is somebody else, with a password of their own to check by argon2id, and arrives at random (a Poisson process, the same
each run) whether or not earlier ones were answered.
"""

import argparse
import os
import re
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvloop
from sqlalchemy import text

import settings
from api import cookies, csrf
from benchmarks.machine import Meter, described
from benchmarks.table import Answers, print_answers
from benchmarks.wire import Wire, arriving
from services import seeding
from services.clock import app_now
from services.database import Sessions, make_engine, make_sessions
from services.identity import passwords, people
from tests.instance import Instance, running

START = "2027-01-04T09:00"
RATE, SECONDS = 5, 60
TARGET_P95 = 0.300
WARM = 20
PATIENCE = 30
PASSWORD = "Rotan-Mahakam-2741"  # noqa: S105 -- of people who exist for a minute
SIGN_IN = "/masuk"


@dataclass(frozen=True)
class Form:
    """The form as a browser was given it: what it sends back beside name and password."""

    cookie: str
    token: str

    @classmethod
    def shown(cls, url: str) -> "Form":
        """Open the page once; what it is bound to is good for everybody who sits before this browser."""
        page = httpx.get(url + SIGN_IN)
        cookie = next(f"{one.name}={one.value}" for one in page.cookies.jar if cookies.FORM in one.name)
        token = re.search(rf'name="{csrf.FIELD}" value="([^"]+)"', page.text)
        assert token, "the page has no form"
        return cls(cookie, token[1])


async def measure(seconds: int = SECONDS, rate: int = RATE) -> list[Answers]:
    """Answer times of `seconds` x `rate` people who sign in. AssertionError where one of them is not let in."""
    with TemporaryDirectory() as directory, running(Path(directory), START) as instance:
        engine = make_engine(settings.load(instance.home).database_url, 4)
        try:
            return [await _measured(instance, make_sessions(engine), seconds * rate, rate)]
        finally:
            await engine.dispose()


async def _measured(instance: Instance, sessions: Sessions, count: int, rate: int) -> Answers:
    names = await _people(sessions, WARM + count)
    parts = {part["name"]: part["pid"] for part in instance.json("status")["parts"]}
    client, form = Wire(instance.url, PATIENCE), Form.shown(instance.url)
    await arriving([partial(_sign_in, client, form, name) for name in names[:WARM]], rate)
    with Meter({"client": os.getpid(), **parts}).measure() as usage:
        times = await arriving([partial(_sign_in, client, form, name) for name in names[WARM:]], rate)
    async with sessions() as session:
        here = (await session.execute(text("SELECT count(DISTINCT person_id) FROM web_session"))).scalar_one()
    assert here == WARM + count, f"{here} sessions of {WARM + count} people"
    return Answers("sign-ins", usage, sorted(times), TARGET_P95, percent=95)


async def _people(sessions: Sessions, count: int) -> list[str]:
    """As many companies, each with somebody who may sign in for it; their names."""
    hashed = await passwords.hash_password(PASSWORD)
    names = [f"orang-{number}" for number in range(count)]
    async with sessions.begin() as session:
        made = await seeding.companies(session, count, region="64.72", now=await app_now(session))
        for name, account in zip(names, made, strict=True):
            person = await people.create(session, username=name, name="", email=f"{name}@contoh.example")
            await people.set_password_hash(session, person.id, hashed)
            await people.add_member(session, person.id, account.id, by="benchmark")
    return names


async def _sign_in(client: Wire, form: Form, name: str, due: float) -> float:
    typed = {csrf.FIELD: form.token, "username": name, "password": PASSWORD}
    headers = {"Cookie": form.cookie, "Origin": client.origin}
    status, head = await client.submit(SIGN_IN, headers, typed)
    seconds = time.perf_counter() - due
    assert status == 303, f"{name} was answered {status}"
    assert f"{cookies.SESSION}=" in head, f"{name} was not let in"
    return seconds


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Let people sign in and time the answers.")
    asked.add_argument("--seconds", type=int, default=SECONDS)
    asked.add_argument("--rate", type=int, default=RATE)
    given = asked.parse_args()
    answers = uvloop.run(measure(given.seconds, given.rate))
    print_answers(f"Sign-ins · {described()}", answers)
    sys.exit(0 if all(one.met for one in answers) else 1)
