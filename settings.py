"""The one frozen Settings, read at the edge from the environment and from what `tenggat up` wrote."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

Environment = Literal["development", "rehearsal", "production"]

RUNTIME_FILE = "runtime.env"
SECRETS = (
    "DATABASE_URL",
    "MIGRATOR_DATABASE_URL",
    "SMTP_URL",
    "TENGGAT_SECRET_KEY",
    "TENGGAT_BOUNCE_TOKEN",
    "TENGGAT_METRICS_TOKEN",
)
NAMES = (
    *SECRETS,
    *(f"{name}_FILE" for name in SECRETS),
    "CLAMD_ADDRESS",
    "DOCUMENTS_URL",
    "HELPDESK_EMAIL",
    "HELPDESK_HOURS",
    "HELPDESK_URL",
    "HELPDESK_WHATSAPP_ESTATES",
    "HELPDESK_WHATSAPP_INDUSTRY",
    "MAIL_ALLOW_LIST",
    "MAIL_FROM",
    "TEMPORAL_ADDRESS",
    "TENGGAT_ENV",
    "TENGGAT_MAIL_CATCHER",
    "TENGGAT_MAIL_JOURNAL",
    "TENGGAT_MAIL_PATIENCE",
    "TENGGAT_PORT",
    "TENGGAT_PUBLIC_URL",
    "TENGGAT_TRUSTED_PROXIES",
    "TENGGAT_WEB_POOL",
    "TENGGAT_WEB_PROCESSES",
    "TENGGAT_WORKER_BEAT",
    "TENGGAT_WORKER_POOL",
)
PLACEHOLDERS = ("change", "placeholder", "secret", "password", "example", "xxx", "your")
MIN_SECRET = 32


class SettingsError(Exception):
    """Everything that is wrong with the settings, at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Helpdesk:
    """Where a company finds people; shown on pages and in mails. None means: not offered."""

    email: str | None = None
    url: str | None = None
    whatsapp_industry: str | None = None
    whatsapp_estates: str | None = None
    hours: str = "08:30-15:00"


@dataclass(frozen=True)
class Settings:
    """What every process of one instance agrees on.

    `database_url` is in SQLAlchemy's form for psycopg 3. `temporal_address` None leaves address, TLS and API
    key to the SDK's own environment variables. `mail_allow_list` None lets mail go anywhere.
    `mail_catcher` says that `smtp_url` is our own catcher, whose mail is shown on a page.
    `mail_patience` is how many seconds the mail server may take over one command; leases follow from it.
    `clamd_address` is where ClamAV listens; None: no scanner, files that pass our inspection are clean.
    `bounce_token` is what the mail system shows when it reports bounces; None: the door is closed.
    `metrics_token` is what a monitor on another machine shows; None: only programs on this one read metrics.
    `trusted_proxies` are the addresses or networks whose X-Forwarded-For and -Proto are believed.
    """

    home: Path
    environment: Environment
    public_url: str
    port: int
    database_url: str
    migrator_database_url: str | None
    temporal_address: str | None
    smtp_url: str | None
    mail_catcher: bool
    mail_from: str
    mail_allow_list: tuple[str, ...] | None
    mail_journal: Path
    documents_url: str
    secret_key: str
    bounce_token: str | None = None
    metrics_token: str | None = None
    web_pool: int = 10
    web_processes: int = 2
    worker_pool: int = 10
    worker_beat: Path | None = None
    mail_patience: int = 30
    clamd_address: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    helpdesk: Helpdesk = Helpdesk()

    @property
    def audit_anchors(self) -> Path:
        """The file in the home that the daily fingerprint of all events is added to."""
        return self.home / "audit-anchors.jsonl"


def find_home(home: Path | None = None, env: Mapping[str, str] = os.environ) -> Path:
    """The directory that holds all state of one instance, as an absolute path."""
    return Path(home or env.get("TENGGAT_HOME") or ".tenggat").absolute()


def load(home: Path | None = None, env: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the instance in `home`: the environment first, else what `tenggat up` wrote there.

    Raises SettingsError naming every problem, not only the first.
    """
    directory = find_home(home, env)
    values = read_env(directory / RUNTIME_FILE) | {name: env[name] for name in NAMES if env.get(name)}
    problems: list[str] = []
    values |= _secrets_from_files(values, problems)
    settings = _build(directory, values, problems)
    problems += _missing(settings)
    if settings.environment == "production":
        problems += _unfit_for_production(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def read_env(path: Path) -> dict[str, str]:
    """NAME=value lines; an absent file is an empty one."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("#")}


def psycopg_url(url: str) -> str:
    """The URL in SQLAlchemy's spelling for psycopg 3."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else url


def libpq_url(url: str) -> str:
    """The URL in the spelling of libpq, psycopg and the command-line tools of PostgreSQL."""
    return "postgresql://" + url.partition("://")[2]


def _secrets_from_files(values: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    found = {}
    for name in SECRETS:
        path = values.get(f"{name}_FILE")
        if path is None or name in values:
            continue
        try:
            found[name] = Path(path).read_text().strip()
        except OSError as error:
            problems.append(f"{name}_FILE cannot be read: {error.strerror}: {path}")
    return found


def _build(home: Path, values: Mapping[str, str], problems: list[str]) -> Settings:
    environment = values.get("TENGGAT_ENV", "development")
    if environment not in get_args(Environment):
        problems.append(f"TENGGAT_ENV is {environment!r}; it may be {', '.join(get_args(Environment))}")
        environment = "production"
    port = _number("TENGGAT_PORT", values, 8000, problems)
    migrator = values.get("MIGRATOR_DATABASE_URL")
    return Settings(
        home=home,
        environment=cast(Environment, environment),
        public_url=values.get("TENGGAT_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        port=port,
        database_url=psycopg_url(values.get("DATABASE_URL", "")),
        migrator_database_url=psycopg_url(migrator) if migrator else None,
        temporal_address=values.get("TEMPORAL_ADDRESS"),
        smtp_url=values.get("SMTP_URL"),
        mail_catcher=values.get("TENGGAT_MAIL_CATCHER") == "yes",
        mail_from=values.get("MAIL_FROM", "Tenggat <tenggat@localhost.example>"),
        mail_allow_list=_allow_list(values.get("MAIL_ALLOW_LIST"), environment),
        mail_journal=Path(values.get("TENGGAT_MAIL_JOURNAL", home / "legal-mail.journal")),
        documents_url=values.get("DOCUMENTS_URL", (home / "documents").as_uri()),
        secret_key=values.get("TENGGAT_SECRET_KEY", ""),
        bounce_token=values.get("TENGGAT_BOUNCE_TOKEN"),
        metrics_token=values.get("TENGGAT_METRICS_TOKEN"),
        web_pool=_number("TENGGAT_WEB_POOL", values, 10, problems),
        web_processes=_number("TENGGAT_WEB_PROCESSES", values, 2, problems),
        worker_pool=_number("TENGGAT_WORKER_POOL", values, 10, problems),
        worker_beat=Path(values["TENGGAT_WORKER_BEAT"]) if values.get("TENGGAT_WORKER_BEAT") else None,
        mail_patience=_number("TENGGAT_MAIL_PATIENCE", values, 30, problems),
        clamd_address=values.get("CLAMD_ADDRESS"),
        trusted_proxies=tuple(values.get("TENGGAT_TRUSTED_PROXIES", "").replace(",", " ").split()),
        helpdesk=_helpdesk(values),
    )


def _helpdesk(values: Mapping[str, str]) -> Helpdesk:
    return Helpdesk(
        email=values.get("HELPDESK_EMAIL"),
        url=values.get("HELPDESK_URL"),
        whatsapp_industry=values.get("HELPDESK_WHATSAPP_INDUSTRY"),
        whatsapp_estates=values.get("HELPDESK_WHATSAPP_ESTATES"),
        hours=values.get("HELPDESK_HOURS", Helpdesk.hours),
    )


def _number(name: str, values: Mapping[str, str], default: int, problems: list[str]) -> int:
    text = values.get(name, str(default))
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    problems.append(f"{name} is {text!r}; it must be a number from 1 to 65535")
    return default


def _allow_list(text: str | None, environment: str) -> tuple[str, ...] | None:
    if text is None:
        return None if environment == "production" else (".example",)
    return tuple(entry.strip().lower() for entry in text.split(",") if entry.strip())


def _missing(settings: Settings) -> list[str]:
    hint = f"start the instance with `tenggat up --home {settings.home}`, or set it"
    problems = []
    if not settings.database_url:
        problems.append(f"DATABASE_URL is missing: {hint}")
    elif not settings.database_url.startswith("postgresql+psycopg://"):
        problems.append("DATABASE_URL must be a postgresql:// address")
    if not settings.secret_key:
        problems.append(f"TENGGAT_SECRET_KEY is missing: {hint}")
    return problems


def _unfit_for_production(settings: Settings) -> list[str]:
    problems = []
    if settings.secret_key and _weak(settings.secret_key):
        problems.append(f"TENGGAT_SECRET_KEY is a placeholder or shorter than {MIN_SECRET} characters")
    for name, token in (
        ("TENGGAT_BOUNCE_TOKEN", settings.bounce_token),
        ("TENGGAT_METRICS_TOKEN", settings.metrics_token),
    ):
        if token and _weak(token):
            problems.append(f"{name} is a placeholder or shorter than {MIN_SECRET} characters")
    for name, url in (
        ("DATABASE_URL", settings.database_url),
        ("MIGRATOR_DATABASE_URL", settings.migrator_database_url),
        ("SMTP_URL", settings.smtp_url),
    ):
        if url and _placeholder(urlsplit(url).password or ""):
            problems.append(f"{name} carries a placeholder password")
    migrator = _role(settings.migrator_database_url or "")
    if migrator and migrator == _role(settings.database_url):
        problems.append(
            "DATABASE_URL and MIGRATOR_DATABASE_URL use the same role; the application needs less"
        )
    if not settings.public_url.startswith("https://"):
        problems.append("TENGGAT_PUBLIC_URL must be the https:// address that people type")
    if settings.smtp_url is None or settings.mail_catcher:
        problems.append("SMTP_URL is missing: the mail catcher is not for production")
    if settings.mail_from.rstrip(">").endswith(".example"):
        problems.append("MAIL_FROM is missing: mail needs a sender that can be answered")
    return problems


def _role(url: str) -> str | None:
    return urlsplit(url).username


def _weak(secret: str) -> bool:
    return len(secret) < MIN_SECRET or len(set(secret)) < 10 or _placeholder(secret)


def _placeholder(text: str) -> bool:
    return bool(text) and any(text.lower().startswith(word) for word in PLACEHOLDERS)
