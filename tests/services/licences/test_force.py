"""A report on a KBLI is sent only under an industry licence for it that the UPP has found valid."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.licences.kinds import LABELS, SECTOR
from services.models import Licence, LicenceEnd, LicenceType, UppValidation
from tests.factories import EARLY, make_account
from tests.services.licences import standing

DAY = date(2027, 1, 4)
CODES = ("31011", "31012", "16291", "33121")

licences = st.fixed_dictionaries(
    {
        "type": st.just(LicenceType.INDUSTRY_LICENCE) | st.sampled_from(list(LicenceType)),
        "upp_validation": st.just(UppValidation.VALID) | st.sampled_from(list(UppValidation)),
        "kbli": st.lists(st.sampled_from(CODES), unique=True, min_size=1),
        "expires_on": st.none() | st.integers(-1, 1).map(lambda days: DAY + timedelta(days)),
        "end_reason": st.none() | st.none() | st.sampled_from(list(LicenceEnd)),
    }
)


def counts(licence: Licence) -> bool:
    """The rule, said the other way round: what would have to be wrong with it."""
    wrong = (
        licence.type not in SECTOR,
        licence.upp_validation != UppValidation.VALID,
        licence.end_reason is not None,
        licence.expires_on is not None and licence.expires_on < DAY,
    )
    return not any(wrong)


@given(st.lists(licences, max_size=4))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_kbli_without_a_valid_licence_is_never_licensed(
    session: AsyncSession, drawn: list[dict[str, Any]]
) -> None:
    async with session.begin_nested() as kept:
        account = await make_account(session, licensed=())
        uploaded = [Licence(account_id=account.id, uploaded_at=EARLY, **facts) for facts in drawn]
        for licence in uploaded:
            licence.ended_at = EARLY if licence.end_reason else None
            session.add(licence)
        await session.flush()
        found = await standing.licensed_kblis(session, account.id, DAY)
        assert found == {code for licence in uploaded if counts(licence) for code in licence.kbli}
        facts = await standing.licence_facts(session, account.id, DAY)
        assert len(facts) == sum(map(counts, uploaded))
        await kept.rollback()


async def test_another_companys_licence_licenses_nobody_else(session: AsyncSession) -> None:
    await make_account(session, kbli=("31012",))
    other = await make_account(session, kbli=("31012",), licensed=())
    assert await standing.licensed_kblis(session, other.id, DAY) == set()


def test_every_kind_of_licence_has_its_official_name() -> None:
    assert set(LABELS) == set(LicenceType)
