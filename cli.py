"""`tenggat`: finds the subcommand that was asked for and imports only that one, so it starts at once."""

import os
import sys
from importlib import import_module
from typing import Final, NoReturn

import typer

ENGINE_CLIENT: Final = "temporalio.bridge.temporal_sdk_bridge"

COMMANDS = {
    "up": "Start the instance: database, processes, pages, mail catcher.",
    "down": "Stop the running instance.",
    "status": "What is running, where, and how it is.",
    "doctor": "What this machine lacks, and how to get it.",
    "prepare": "Make an external database and Temporal server ready.",
    "clock": "The legal clock; moving it in a rehearsal.",
    "calendar": "Holidays: decrees from files, what they move, the library beside.",
    "seed": "Fictitious companies and people to try things with.",
    "people": "Who may sign in, and as what.",
    "token": "Keys for the API.",
    "api": "One request to the API: every process from a terminal.",
    "mail": "What the mail catcher accepted.",
    "cases": "Cases, and the timeline of one: past and future.",
    "processes": "Running procedures: list, retry, skip, rebuild.",
    "audit": "Check that no timeline was altered.",
    "evidence": "One ZIP with all that proves a case.",
    "backup": "Write database, documents and mail journal to one file.",
    "restore": "Fill a new home from such a file.",
}
MODULES = {"up": "lifecycle", "down": "lifecycle", "status": "lifecycle", "restore": "backup"}


def main() -> None:
    """Entry point of the command line."""
    try:
        build(sys.argv[1:])()
    except SystemExit as end:
        _leave(end)


def _leave(end: SystemExit) -> NoReturn:
    """End with what the command came to.

    The engine's client has threads of its own, which may wake up in an interpreter that is being taken down and
    abort it after the work is done (temporalio/sdk-python#300): where it was used, nothing is taken down.
    """
    if ENGINE_CLIENT not in sys.modules or not isinstance(end.code, int | None):
        raise end
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code or 0)


def build(arguments: list[str]) -> typer.Typer:
    """The application, with the requested subcommand loaded and the others as lines of the help."""
    app = typer.Typer(
        help="Reporting duties of industrial companies: deadlines that fire once, on the right day.",
        epilog=_exit_codes() if {"--help", "-h"} & set(arguments) or not arguments else None,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if name == wanted:
            _load(app, name, summary)
        else:
            app.command(name, help=summary)(_elsewhere)
    return app


def _load(app: typer.Typer, name: str, summary: str) -> None:
    module = import_module(f"commands.{MODULES.get(name, name)}")
    if isinstance(getattr(module, "app", None), typer.Typer):
        app.add_typer(module.app, name=name, help=summary)
    else:
        app.command(name, help=summary)(getattr(module, name))


def _elsewhere() -> None:
    """Stands for a subcommand that was not asked for."""


def _exit_codes() -> str:
    from commands.console import EXIT_CODES

    return "Exit codes: " + " · ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items())


if __name__ == "__main__":
    main()
