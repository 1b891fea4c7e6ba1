"""What the web process stands on, made once at start and kept on `app.state`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.turns import Turns
from services.database import Sessions, make_engine, make_sessions
from services.documents.antivirus import Antivirus
from services.documents.inspection import Inspector
from services.documents.store import DocumentStore
from services.documents.typesetting import Typesetter
from services.documents.uploads import Intake
from services.instance import Identity, identity
from settings import Settings
from workflows.gateway import Gateway, connect


@dataclass(frozen=True)
class Parts:
    """Shared by all requests. `gateway` is lazy: the web serves while Temporal is away."""

    settings: Settings
    engine: AsyncEngine
    sessions: Sessions
    gateway: Gateway
    store: DocumentStore
    intake: Intake
    typesetter: Typesetter
    instance: Identity
    sends: Turns = field(default_factory=Turns)

    @property
    def specimen(self) -> bool:
        """Whether letters say on their face that they are none of the ministry's documents."""
        return self.instance.rehearsal or self.settings.environment != "production"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Parts]:
    """Connect to Postgres (needed) and prepare the way to Temporal (not needed yet)."""
    async with AsyncExitStack() as stack:
        engine = make_engine(settings.database_url, settings.web_pool, "tenggat-web")
        stack.push_async_callback(engine.dispose)
        sessions = make_sessions(engine)
        async with sessions() as session:
            who = await identity(session)
        gateway = Gateway(await connect(settings.temporal_address, who.namespace, lazy=True))
        stack.push_async_callback(gateway.drain)
        store = DocumentStore.from_url(settings.documents_url)
        antivirus = Antivirus.from_address(settings.clamd_address) if settings.clamd_address else None
        intake = Intake(store, await stack.enter_async_context(Inspector()), antivirus)
        typesetter = Typesetter()
        stack.callback(typesetter.close)
        yield Parts(settings, engine, sessions, gateway, store, intake, typesetter, who)


def fill(app: FastAPI, parts: Parts) -> None:
    """Put the parts where dependencies find them."""
    app.state.parts = parts
    app.state.settings = parts.settings
    app.state.sessions = parts.sessions
