"""tenggat clock: where the legal clock stands, and moving it in a rehearsal."""

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import HomeDirectory, Json, fail, print_json, print_line
from commands.engine import Engine, with_engine

if TYPE_CHECKING:
    from services.rehearsal import Clock

app = typer.Typer(no_args_is_help=True)

By = Annotated[str | None, typer.Argument(help="How long: 30d, 12h, 2w, 45m.", show_default=False)]
To = Annotated[
    str | None, typer.Option("--to", help="Until when, as 2027-01-10T23:59; WIB unless it says otherwise.")
]


@app.command()
def show(home: HomeDirectory = None, as_json: Json = False) -> None:
    """Where the clock stands. In a rehearsal also how far an advance has come."""

    async def work(engine: Engine) -> dict[str, Any]:
        from services import advances, rehearsal
        from services.clock import app_now

        async with engine.sessions() as session:
            if not engine.instance.rehearsal:
                return {"now": await app_now(session), "rehearsal": False}
            clock = await rehearsal.read(session)
            moving = await advances.under_way(session)
        return _shown(clock, target=clock.target if moving else None)

    _say(with_engine(work, home=home), as_json=as_json)


@app.command()
def advance(by: By = None, to: To = None, home: HomeDirectory = None, as_json: Json = False) -> None:
    """Let time pass in a rehearsal, moment by moment, each time until the world is at rest."""
    from workflows.advance import Advance, NotAtRest

    async def work(engine: Engine) -> dict[str, Any]:
        from services import advances, rehearsal

        if not engine.instance.rehearsal:
            fail(
                "only a rehearsal's clock can be moved: start one with `tenggat up --rehearsal --home DIR`", 5
            )
        async with engine.sessions() as session:
            start = await rehearsal.read(session)
        target = advances.target(start.now, by=by, to=to)
        moving = Advance(engine.sessions, engine.gateway)
        with nullcontext() if as_json else _Progress(start, target) as progress:
            if progress is not None:
                moving = replace(moving, progress=progress.moved)
            try:
                clock = await moving.to(target)
            except NotAtRest as error:
                fail(f"time stands still: {error}. Is the worker running? See `tenggat processes list-stuck`")
        return _shown(clock) | {"moments_passed": clock.moments - start.moments}

    _say(with_engine(work, home=home), as_json=as_json)


class _Progress:
    """A bar over legal time, with the moment it stands at."""

    def __init__(self, start: "Clock", target: Any) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._start, self._seconds = start, max((target - start.now).total_seconds(), 1)
        columns = (BarColumn(), TextColumn("{task.fields[at]}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=self._seconds, at="")

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def moved(self, clock: "Clock") -> None:
        """One more moment was reached."""
        done = (clock.now - self._start.now).total_seconds()
        self._bar.update(self._task, completed=done, at=_wib(clock.now))


def _shown(clock: "Clock", *, target: Any = None) -> dict[str, Any]:
    return {"now": clock.now, "rehearsal": True, "target": target, "moments": clock.moments}


def _say(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in found.items()
            }
        )
        return
    print_line(f"{_wib(found['now'])}" + (" (rehearsal)" if found["rehearsal"] else ""))
    if found.get("target"):
        print_line(f"advancing to {_wib(found['target'])}")
    if "moments_passed" in found:
        print_line(f"{found['moments_passed']} moments passed; the world is at rest")


def _wib(at: Any) -> str:
    from services.i18n import format_datetime

    return format_datetime(at, "en")
