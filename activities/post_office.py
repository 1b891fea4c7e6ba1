"""The post office's one activity: send what is due in a lane."""

from dataclasses import dataclass

from temporalio import activity

from services.clock import app_now
from services.database import Sessions
from services.documents.store import DocumentStore
from services.instance import identity
from services.messages.config import MailConfig
from services.messages.post_office import deliver_due
from services.models import Lane


@dataclass(frozen=True)
class PostOfficeActivities:
    sessions: Sessions
    mail: MailConfig
    store: DocumentStore

    @activity.defn(name="post_office.deliver")
    async def deliver(self, lane: str) -> float | None:
        """Sends what is due; returns after how many seconds to look again, None when only a nudge brings more.

        In a rehearsal legal time stands still between advances, so only a lease or a nudge is worth waiting for.
        """
        report = await deliver_due(
            self.sessions, self.mail, Lane(lane), store=self.store, heartbeat=activity.heartbeat
        )
        if report.next_not_before is None:
            return report.lease_seconds
        async with self.sessions() as session:
            if (await identity(session)).rehearsal:
                return report.lease_seconds
            wait = (report.next_not_before - await app_now(session)).total_seconds()
        return min(wait, report.lease_seconds) if report.lease_seconds is not None else wait
