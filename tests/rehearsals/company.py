"""What a company's own program does with the API: fill a report page by page, sign it, send it."""

import json
from typing import Any
from uuid import uuid4

import httpx

from tests.instance import Instance
from tests.services.documents.corpus import pdf
from tests.services.forms.filled import RATTAN, typed


def once() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


def client(instance: Instance, role: str, **options: str) -> httpx.Client:
    """A program with a key made by `tenggat token create`."""
    given = [text for name, value in options.items() for text in (f"--{name}", value)]
    token = instance.json("token", "create", "--role", role, *given)["token"]
    return httpx.Client(base_url=instance.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def done(answer: httpx.Response, status: int = 200) -> Any:
    """The answer's JSON; AssertionError with its text when it is a refusal."""
    assert answer.status_code == status, answer.text
    return answer.json()


def send_report(company: httpx.Client, period: str) -> dict[str, Any]:
    """Fill the small company's report and send it; the receipt's data."""
    path, version = fill_report(company, period)
    sent: dict[str, Any] = done(company.post(path, json={"version": version}, headers=once()), 201)
    return sent


def fill_report(company: httpx.Client, period: str) -> tuple[str, int]:
    """Fill every page, print, sign and scan the letter: where to send the report, and its version."""
    given = {"period": period, "stage": "production"}
    report = done(company.post("/api/v1/reports", json=given, headers=once()), 201)
    base, version = f"/api/v1/reports/{report['id']}", report["content_version"]
    [account] = done(company.get("/api/v1/accounts"))["items"]
    page = done(company.get(f"/api/v1/accounts/{account['id']}/profile/business_fields"))
    for section, values in _typed([str(field["kbli"]) for field in page["values"]["rows"]]).items():
        saved = company.put(
            f"{base}/sections/{section}",
            json={"values": values, "notation": "indonesian", "version": version},
        )
        assert done(saved)["errors"] == [], saved.text
        version = saved.json()["content_version"]
    return sign_report(company, report["id"])


def _typed(kbli: list[str]) -> dict[str, Any]:
    """Every page; of capacity and production a line for each business field."""
    first, *others = kbli
    pages: dict[str, Any] = json.loads(json.dumps(typed()).replace(RATTAN.key, first))
    for section in ("production_capacity", "production"):
        [line] = pages[section]["rows"]
        pages[section]["rows"] += [line | {"kbli": code, "product": "Barang lain"} for code in others]
    return pages


def sign_report(company: httpx.Client, report_id: str) -> tuple[str, int]:
    """Number, print, sign and scan the letter of a complete report: where to send it, and its version."""
    base = f"/api/v1/reports/{report_id}"
    number = {"number": "001/SP/2027", "version": done(company.get(base))["content_version"]}
    done(company.put(f"{base}/statement-number", json=number))
    done(company.post(f"{base}/statement-letter", headers=once()))
    version = done(company.get(base))["content_version"]
    scan = company.post(
        f"{base}/statement-scan",
        files={"scan": ("surat.pdf", pdf())}, data={"version": str(version)}, headers=once(),
    )  # fmt: skip
    version = int(done(scan)["content_version"])
    return f"{base}/submission", version
