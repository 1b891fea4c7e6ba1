"""Evidence over HTTP: for whom it is, with a purpose, under its seal."""

import io
import zipfile

from sqlalchemy import text

from services.evidence import verify
from services.models import Role
from tests.api.conftest import Api
from tests.api.test_cases import owing

WHY = {"X-Purpose": "objection"}


async def test_an_officer_takes_a_bundle_that_holds_and_the_log_knows_why(api: Api) -> None:
    _, report = await owing(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    silent = await officer.get(f"/api/v1/cases/{report}/evidence")
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "purpose")
    answer = await officer.get(f"/api/v1/cases/{report}/evidence", headers=WHY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    problems, _ = verify.verify(io.BytesIO(answer.content), seal=answer.headers["x-evidence-seal"])
    assert problems == []
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert str(report) in bundle.read("manifest.json").decode()
    async with api.transaction() as (session, _now):
        query = text("SELECT what, purpose FROM read_log WHERE what LIKE 'evidence:%'")
        [logged] = (await session.execute(query)).all()
    assert tuple(logged) == (f"evidence:{answer.headers['x-evidence-seal']}", "objection")


async def test_nobody_else_takes_one(api: Api) -> None:
    account, report = await owing(api, region="64.72")
    path = f"/api/v1/cases/{report}/evidence"
    company, administrator = await api.company(account.id), await api.as_(Role.ADMINISTRATOR)
    elsewhere = await api.as_(Role.COMPLIANCE_OFFICER, region="31")
    assert (await company.get(path, headers=WHY)).status_code == 403
    assert (await administrator.get(path, headers=WHY)).status_code == 403
    assert (await elsewhere.get(path, headers=WHY)).status_code == 404
