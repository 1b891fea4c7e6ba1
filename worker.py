"""The Temporal worker: the only place that registers workflows and activities."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypedDict

import uvloop
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import settings
from activities.assistance import AssistanceActivities
from activities.cases import CaseActivities
from activities.chores import ChoreActivities
from activities.data_request import DataRequestActivities
from activities.extension_campaign import CampaignActivities
from activities.extension_request import ExtensionRequestActivities
from activities.holiday_decree import HolidayDecreeActivities
from activities.licence_review import LicenceReviewActivities
from activities.looking import Looks
from activities.non_production import NonProductionActivities
from activities.policy_change import PolicyChangeActivities
from activities.post_office import PostOfficeActivities
from activities.registration import RegistrationActivities
from activities.report_review import ReportReviewActivities
from activities.reporting_period import ReportingPeriodActivities
from activities.reprimand import ReprimandActivities
from activities.rollback import RollbackActivities
from activities.steps import StepRunner
from activities.sweep import SweepActivities
from activities.warning_letters import WarningActivities
from services import database
from services.chores import Tools
from services.database import Sessions, make_engine, make_sessions
from services.documents.antivirus import Antivirus
from services.documents.store import DocumentStore
from services.documents.typesetting import Typesetter
from services.instance import Identity, identity
from services.memory import settle
from services.messages.config import MailConfig
from services.patience import Stopped, until_there
from services.warnings.issuing import Press
from settings import Settings
from workflows import gateway as engine_room
from workflows.assistance import AssistanceWorkflow
from workflows.chores import DailyChoresWorkflow, RescanWorkflow
from workflows.contracts import TASK_QUEUE
from workflows.data_request import DataRequestWorkflow
from workflows.extension_campaign import ExtensionCampaignWorkflow
from workflows.extension_request import ExtensionRequestWorkflow
from workflows.gateway import Gateway, connect, ensure_chores, ensure_sweep
from workflows.holiday_decree import HolidayDecreeWorkflow
from workflows.licence_review import LicenceReviewWorkflow
from workflows.non_production import NonProductionWorkflow
from workflows.policy_change import PolicyChangeWorkflow
from workflows.post_office import PostOfficeWorkflow
from workflows.registration import RegistrationWorkflow
from workflows.report_review import ReportReviewWorkflow
from workflows.reporting_period import ReportingPeriodWorkflow
from workflows.reprimand import ReprimandWorkflow
from workflows.rollback import RollbackWorkflow
from workflows.sweep import SweepWorkflow
from workflows.warning_batch import WarningBatchWorkflow
from workflows.warning_letters import WarningLettersWorkflow

log = logging.getLogger("tenggat.worker")

WORKFLOWS: Sequence[type] = (
    RegistrationWorkflow,
    LicenceReviewWorkflow,
    ReportingPeriodWorkflow,
    ExtensionCampaignWorkflow,
    PolicyChangeWorkflow,
    DataRequestWorkflow,
    ExtensionRequestWorkflow,
    NonProductionWorkflow,
    AssistanceWorkflow,
    ReprimandWorkflow,
    HolidayDecreeWorkflow,
    ReportReviewWorkflow,
    RollbackWorkflow,
    WarningLettersWorkflow,
    WarningBatchWorkflow,
    PostOfficeWorkflow,
    SweepWorkflow,
    DailyChoresWorkflow,
    RescanWorkflow,
)

# What the SDK's sandbox need not guard: re-importing it per run cost 45 % of a worker's processor time.
PASSED_THROUGH = ("activities", "services", "pydantic", "sqlalchemy", "sqlmodel", "settings")


class Slots(TypedDict):
    """How much a worker takes on at once."""

    max_cached_workflows: int
    max_concurrent_workflow_tasks: int
    max_concurrent_local_activities: int


# A process that is not kept in memory (some 130 kB each) is read from its history again at its next step: kept are as
# many as one decision sets going, with room for those beside them.
# What is taken on is finished within a moment: on a busy machine more at once would only grow old together, be given
# to the worker again after ten seconds, and make it busier still. A task carries its database steps with it.
SLOTS: Slots = {
    "max_cached_workflows": 6000,
    "max_concurrent_workflow_tasks": 16,
    "max_concurrent_local_activities": 16,
}
GRACEFUL = timedelta(seconds=30)
BEAT_EVERY = 10.0  # seconds


@dataclass(frozen=True)
class Parts:
    """What the activities stand on."""

    sessions: Sessions
    gateway: Gateway
    mail: MailConfig
    chores: Tools
    press: Press

    @classmethod
    def of(cls, sessions: Sessions, gateway: Gateway, given: Settings) -> Self:
        """What an instance with these settings stands on."""
        scanner = Antivirus.from_address(given.clamd_address) if given.clamd_address else None
        store = DocumentStore.from_url(given.documents_url)
        chores = Tools(sessions, store, scanner, given.audit_anchors)
        press = Press(store, Typesetter(), given.public_url, specimen=given.environment != "production")
        return cls(sessions, gateway, MailConfig.from_settings(given), chores, press)


def activities_of(parts: Parts) -> list[Callable[..., Any]]:
    """Every activity, bound to its dependencies."""
    runner = StepRunner(parts.sessions, parts.gateway)
    registration = RegistrationActivities(runner)
    licence = LicenceReviewActivities(runner)
    period = ReportingPeriodActivities(runner)
    campaign = CampaignActivities(runner)
    policy = PolicyChangeActivities(runner)
    data_request = DataRequestActivities(runner)
    extension_request = ExtensionRequestActivities(runner)
    non_production = NonProductionActivities(runner)
    assistance = AssistanceActivities(runner)
    reprimand = ReprimandActivities(runner, parts.press)
    decree = HolidayDecreeActivities(runner)
    review = ReportReviewActivities(runner)
    rollback = RollbackActivities(runner)
    warning = WarningActivities(runner, parts.press)
    return [
        CaseActivities(Looks(parts.sessions)).look,
        registration.acknowledge,
        registration.remind,
        registration.escalate,
        registration.lapse,
        licence.remind,
        licence.warn,
        licence.expire,
        period.look,
        period.act,
        campaign.apply,
        campaign.undo,
        campaign.settle,
        policy.enter,
        policy.carry,
        data_request.ask_officer,
        data_request.remind,
        data_request.mark_late,
        data_request.propose_warning,
        extension_request.remind,
        extension_request.escalate,
        non_production.remind,
        non_production.escalate,
        assistance.remind,
        assistance.escalate,
        assistance.remind_session,
        assistance.ask_outcome,
        reprimand.remind,
        reprimand.escalate,
        reprimand.issue,
        decree.apply,
        decree.look_again,
        decree.settle,
        decree.undo,
        decree.close_undo,
        review.examine,
        review.remind_verifiers,
        review.escalate_verification,
        review.remind_validators,
        review.escalate_validation,
        review.lapse,
        rollback.remind_officers,
        rollback.reopen,
        rollback.remind_company,
        rollback.expire,
        warning.check_service,
        warning.propose_second,
        warning.propose_third,
        warning.hand_over,
        warning.issue,
        PostOfficeActivities(parts.sessions, parts.mail, parts.press.store).deliver,
        SweepActivities(parts.sessions, parts.gateway.nudge_all).nudge_waiting,
        ChoreActivities(parts.chores).carry_out,
    ]


def sandbox() -> SandboxedWorkflowRunner:
    """The runner of tests: a workflow that reaches for a clock, a file or chance fails there, on every branch.

    In service it would read the workflow's module anew for each process.
    """
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


def make_worker(client: Client, parts: Parts, runner: WorkflowRunner | None = None) -> Worker:
    """A worker on the one task queue."""
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=activities_of(parts),
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        max_concurrent_activities=16,
        graceful_shutdown_timeout=GRACEFUL,
        **SLOTS,
    )


async def until_stopped(stopping: asyncio.Event, beat: Path | None, every: float = BEAT_EVERY) -> None:
    """Wait for the end. Meanwhile the file `beat` says by its age that this worker's loop turns."""
    while not stopping.is_set():
        if beat is not None:
            await asyncio.to_thread(beat.touch)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)


async def arrived(given: Settings, sessions: Sessions, stopping: asyncio.Event) -> tuple[Identity, Client]:
    """Which database this is and the way into its namespace, once Postgres and then Temporal answer."""

    async def ask() -> Identity:
        async with sessions() as session:
            return await identity(session)

    who = await until_there("Postgres", ask, database.away, stopping=stopping)

    async def engage() -> Client:
        client = await connect(given.temporal_address, who.namespace)
        await ensure_chores(client)
        if not who.rehearsal:
            await ensure_sweep(client)
        return client

    return who, await until_there("Temporal", engage, engine_room.away, stopping=stopping)


async def run() -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished or handed back."""
    given = settings.load()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    beating = asyncio.create_task(until_stopped(stopping, given.worker_beat))
    with suppress(Stopped):
        await work(given, stopping)
    stopping.set()
    await beating


async def work(given: Settings, stopping: asyncio.Event) -> None:
    """Wait for Postgres and Temporal, then work. Stopped when told to end before they answered."""
    async with AsyncExitStack() as stack:
        engine = make_engine(given.database_url, given.worker_pool, "tenggat-worker", ping=False)
        stack.push_async_callback(engine.dispose)
        sessions = make_sessions(engine)
        who, client = await arrived(given, sessions, stopping)
        gateway = Gateway(client)
        worker = make_worker(client, Parts.of(sessions, gateway, given))
        settle()
        log.info("working in namespace %s", who.namespace)
        async with worker:
            await stopping.wait()
        await gateway.drain()


if __name__ == "__main__":
    uvloop.run(run())
