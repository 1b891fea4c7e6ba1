"""Record golden histories: `TENGGAT_RECORD=0.1.0 pytest tests/histories/test_replay.py -k record`.

Each scenario plays on the real engine; what Temporal then holds is stored as JSON under the release's name. A
recorded history is never changed: a release that cannot replay it would wedge live cases.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from services.assistance import booking as helping_booking
from services.assistance import deciding as helping
from services.extension_requests import asking
from services.extension_requests.deciding import Verdict
from services.models import LetterChannel, Role
from services.non_production import deciding
from services.policies import changes
from services.reprimands.deciding import Verdict as ReprimandVerdict
from tests.services.data_requests.given import ask
from tests.workflows import test_assistance as helped
from tests.workflows import test_extension_request as asked
from tests.workflows import test_holiday_decree as decree
from tests.workflows import test_non_production as no_production
from tests.workflows import test_report_review as review
from tests.workflows import test_reprimand as reprimands
from tests.workflows import test_rollback as rollback
from tests.workflows import test_stuck_steps as stuck_steps
from tests.workflows import test_warning_letters as warning
from tests.workflows.test_data_request import accept, answer, ask_again, called, read, withdraw
from tests.workflows.test_extension_campaign import extend
from tests.workflows.test_licence_review import find, uploaded
from tests.workflows.test_policy_change import DUE, proposed
from tests.world import World

HERE = Path(__file__).parent
_IDENTITY = re.compile(r'"identity": "[^"]*"')  # the recording machine is nobody's business
Scenario = Callable[[World], Awaitable[list[str]]]


async def accepted(world: World) -> list[str]:
    """A registration decided in time."""
    registration = await world.register()
    await world.rest()
    await world.decide(registration.case_id, "accept")
    await world.rest()
    return [f"registration/{registration.number}"]


async def late_then_returned(world: World) -> list[str]:
    """Reminded, escalated, returned, corrected, escalated again, rejected."""
    await world.official(Role.UPP_OFFICER)
    registration = await world.register()
    await world.advance_to("2026-12-24T09:00:00+07:00")
    await world.decide(registration.case_id, "return")
    await world.advance_to("2026-12-29T09:00:00+07:00")
    await world.correct(registration.case_id)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    await world.decide(registration.case_id, "reject")
    await world.rest()
    return [f"registration/{registration.number}"]


async def lapsed(world: World) -> list[str]:
    """Returned and left alone."""
    registration = await world.register()
    await world.decide(registration.case_id, "return")
    await world.advance_to("2027-01-31T09:00:00+07:00")
    return [f"registration/{registration.number}"]


async def disturbed(world: World) -> list[str]:
    """A step stuck and tried again, one stuck and skipped, a case held over its dates and released."""
    again, skipped = await stuck_steps.stuck(world), await stuck_steps.stuck(world)
    for registration in (again, skipped):
        await stuck_steps.with_address(world, registration.case_id, "pemilik@contoh.example")
    await stuck_steps.resolve(world, again.case_id, skip=False)
    await stuck_steps.resolve(world, skipped.case_id, skip=True)
    held = await world.register()
    await stuck_steps.hold(world, held.case_id)
    await world.advance_to("2026-12-29T09:00:00+07:00")
    await stuck_steps.release(world, held.case_id)
    for registration in (again, skipped, held):
        await world.decide(registration.case_id, "accept")
    await world.rest()
    return [f"registration/{registration.number}" for registration in (again, skipped, held)]


async def quarter(world: World) -> list[str]:
    """A whole quarter with an extension of one region and one that was undone; mail lanes on the way."""
    await world.companies(2, region="64.72")
    await world.companies(1, region="31.71")
    await world.advance_to("2027-01-05T12:00:00+07:00")
    kept = await extend(world, "2027-01-20", region="64.72")
    undone = await extend(world, "2027-01-25")
    await world.rest()
    await world.undo(undone.id)
    await world.advance_to("2027-02-05T12:00:00+07:00")
    return ["period/2026-Q4", f"campaign/{kept.id}", f"campaign/{undone.id}", "post-office/notices"]


async def licences(world: World) -> list[str]:
    """One that the UPP forgets and then finds not valid; one found valid, announced to expire, expired."""
    await world.official(Role.UPP_OFFICER)
    _, forgotten = await uploaded(world)
    _, followed = await uploaded(world, expires_on="2027-06-30")
    await find(world, followed)
    await world.advance_to("2027-01-15T09:00:00+07:00")
    await find(world, forgotten, valid=False)
    await world.advance_to("2027-07-01T09:00:00+07:00")
    return [f"licence/{forgotten.id}", f"licence/{followed.id}"]


async def data_requests(world: World) -> list[str]:
    """One unproven, called about, late by both readings, answered, asked again, accepted; one withdrawn."""
    [asked_company] = await world.companies(1)
    async with world.transaction() as (session, now):
        _, [asked] = await ask(session, [asked_company], now=now)
        _, [dropped] = await ask(session, [asked_company], now=now)
    await world.advance_to("2026-12-31T09:00:00+07:00")
    await called(world, asked)
    await world.advance_to("2027-01-12T09:00:00+07:00")
    await answer(world, asked)
    await ask_again(world, asked)
    await withdraw(world, dropped)
    await world.advance_to("2027-01-13T09:00:00+07:00")
    await read(world, asked)
    await answer(world, asked)
    await accept(world, asked)
    await world.rest()
    return [f"data-request/{asked.number}", f"data-request/{dropped.number}"]


async def non_production(world: World) -> list[str]:
    """One letter reminded, escalated and accepted at last; one taken back."""
    late, early = await world.companies(2)
    await world.advance_to("2027-01-04T12:00:00+07:00")
    slow, dropped = await no_production.declare(world, late), await no_production.declare(world, early)
    await no_production.withdraw(world, dropped)
    await world.advance_to("2027-01-15T12:00:00+07:00")
    await no_production.decide(world, slow, deciding.Verdict.ACCEPT)
    await world.rest()
    return [f"non-production/{slow.number}", f"non-production/{dropped.number}"]


async def assistance(world: World) -> list[str]:
    """One moved, given up, late and answered; one booked, confirmed, not recorded in time, then held."""
    await world.official(Role.UPP_OFFICER)
    first, second = await world.companies(2)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    written, met = await helped.ask(world, first), await helped.ask(world, second)
    await helped.book(world, written)
    await helped.book(world, written, helped.FRIDAY)
    await helped.book(world, met)
    await helped.act(world, helping.confirm, met, "Ruang 3")
    await helped.act(world, helping_booking.give_up, written)
    await world.advance_to("2027-01-14T09:00:00+07:00")
    await helped.act(world, helping.answer, written, "Lihat Kode Referensi.")
    await helped.act(world, helping.record, met, helping.SessionOutcome.HELD, "Kode 9401.53 dipilih.")
    await world.rest()
    return [f"assistance/{written.number}", f"assistance/{met.number}"]


async def reprimanded(world: World) -> list[str]:
    """One escalated, then approved and sent."""
    approved = await reprimands.disorderly(world)
    made = await reprimands.propose(world, approved)
    await world.advance_to("2027-01-30T09:00:00+07:00")
    await reprimands.decide(world, made, ReprimandVerdict.APPROVE)
    await world.rest()
    return [f"reprimand/{made.number}"]


async def reviews(world: World) -> list[str]:
    """One report reminded, escalated, returned, owed again, sent again and final; one that simply passes."""
    await world.advance_to("2027-01-04T09:00:00+07:00")
    await world.official(Role.VERIFIER)
    slow, quick = await review.sent(world), await review.sent(world)
    await review.verify(world, quick)
    await review.approve(world, quick)
    await world.advance_to("2027-01-13T09:00:00+07:00")
    await review.give_back(world, slow)
    await world.advance_to("2027-01-22T09:00:00+07:00")
    await review.answer(world, slow)
    await review.send_again(world, slow)
    await review.verify(world, slow, submission=2)
    await world.advance_to("2027-02-01T09:00:00+07:00")
    await review.approve(world, slow, submission=2)
    return [(await world.case(report.case_id)).key for report in (slow, quick)]


async def rollbacks(world: World) -> list[str]:
    """One refused after its target, one granted and sent again, one granted and left alone."""
    await world.advance_to("2027-01-04T09:00:00+07:00")
    await world.official(Role.VERIFIER)
    refused, used, unused = [await review.sent(world) for _ in range(3)]
    asked = [await rollback.ask(world, report) for report in (refused, used, unused)]
    await world.advance_to("2027-01-08T09:00:00+07:00")
    await rollback.refuse(world, asked[0])
    await rollback.grant(world, asked[1])
    await rollback.grant(world, asked[2])
    await review.send_again(world, used)
    await world.advance_to("2027-01-20T09:00:00+07:00")
    reports = [(await world.case(report.case_id)).key for report in (used, unused)]
    return [*[(await world.case(one.case_id)).key for one in asked], *reports]


async def warnings(world: World) -> list[str]:
    """Three letters, one of them by post and unproven for weeks, to the desk; one held on the way and complied."""
    silent, complying = await warning.overdue(world, 2)
    ladders = [(await warning.ladder_of(world, company)).case_id for company in (silent, complying)]
    batches = await warning.approve(world, *ladders)
    await world.advance_to("2027-01-25T09:00:00+07:00")
    await warning.hold(world, ladders[1])
    await world.advance_to("2027-02-01T09:00:00+07:00")
    await warning.release(world, ladders[1])
    await world.advance_to("2027-02-16T09:00:00+07:00")
    await warning.approve(world, ladders[0], channel=LetterChannel.POST)
    await warning.post_all(world)
    await world.advance_to("2027-03-20T09:00:00+07:00")
    await warning.receipt(world, ladders[0])
    await warning.comply(world, complying)
    await warning.approve(world, ladders[0])
    await world.advance_to("2027-04-25T09:00:00+07:00")
    await warning.close_desk(world, ladders[0])
    keys = [(await world.case(ladder)).key for ladder in ladders]
    return [*keys, *[(await world.case(batch.case_id)).key for batch in batches.batches]]


async def rules(world: World) -> list[str]:
    """Rules that come into force and are carried to open cases, and a change that was withdrawn before its day."""
    await world.companies(2)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    withdrawn = await proposed(world, {DUE: 20}, "2027-01-08")
    async with world.transaction() as (session, now):
        await changes.withdraw(session, withdrawn, actor="test:admin", now=now)
    carried = await proposed(world, {DUE: 15}, "2027-01-06")
    await world.advance_to("2027-01-08T12:00:00+07:00")
    return [f"policy/{carried}", f"policy/{withdrawn}"]


async def more_time(world: World) -> list[str]:
    """One request that is forgotten, then granted and undone; one refused; one taken back."""
    await world.official(Role.COMPLIANCE_OFFICER)
    await world.official(Role.ADMINISTRATOR)
    companies = await world.companies(3)
    await world.advance_to("2027-01-04T12:00:00+07:00")
    forgotten, refused, withdrawn = [await asked.ask(world, company) for company in companies]
    async with world.transaction() as (session, now):
        await asking.withdraw(session, withdrawn.case_id, actor="test:company", now=now)
    await asked.decide(world, refused, Verdict.REFUSE, reason="Bukti tidak menyebut pabrik.")
    await world.advance_to("2027-01-08T12:00:00+07:00")
    granted = await asked.decide(world, forgotten, Verdict.GRANT)
    await world.rest()
    assert granted.extension_id is not None
    await world.undo(granted.extension_id)
    await world.rest()
    requests = [f"extension-request/{one.number}" for one in (forgotten, refused, withdrawn)]
    return [*requests, f"campaign/{granted.extension_id}"]


async def decrees(world: World) -> list[str]:
    """One that stands, one that is taken back."""
    await world.register()
    kept = await decree.approved(world, await decree.decreed(world, "2026-12-22"))
    undone = await decree.approved(world, await decree.decreed(world, "2026-12-23"))
    await decree.undone(world, undone)
    await world.advance_to("2027-01-04T12:00:00+07:00")
    return [f"decree/{kept.case_id}", f"decree/{undone.case_id}"]


SCENARIOS: dict[str, Scenario] = {
    "more-time": more_time,
    "decrees": decrees,
    "warnings": warnings,
    "data-requests": data_requests,
    "accepted": accepted,
    "late-then-returned": late_then_returned,
    "lapsed": lapsed,
    "disturbed": disturbed,
    "licences": licences,
    "quarter": quarter,
    "rules": rules,
    "reviews": reviews,
    "rollbacks": rollbacks,
    "non-production": non_production,
    "assistance": assistance,
    "reprimand": reprimanded,
}


async def record(world: World, release: str, name: str) -> list[Path]:
    """Play one scenario and store the histories of its workflows."""
    directory = HERE / release
    directory.mkdir(exist_ok=True)
    written: list[Path] = []
    for workflow_id in await SCENARIOS[name](world):
        history = await world.client.get_workflow_handle(workflow_id).fetch_history()
        kind = workflow_id.split("/", maxsplit=1)[0]
        path = directory / f"{name}.{kind}.{len(written)}.json"
        path.write_text(_IDENTITY.sub('"identity": "recorder"', history.to_json()))
        written.append(path)
    return written
