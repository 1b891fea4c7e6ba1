"""The one byte string of some content, and its fingerprint: what a signature and a receipt refer to."""

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue


def canonical_json(content: Mapping[str, JsonValue]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal content gives equal bytes.

    TypeError for a float: amounts are int, decimals are text, so that no two spellings of a number exist.
    """
    _refuse_floats(dict(content))
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def data_hash(content: Mapping[str, JsonValue]) -> str:
    """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def report_content(
    *,
    account: str,
    form_id: str,
    form_version: int,
    period: str,
    sections: Mapping[str, Mapping[str, JsonValue]],
) -> dict[str, JsonValue]:
    """What is signed and sent: whose report, the form's version, the period, the applicable answers.

    `sections` is what `validation.applicable` returns; `account` the account's id.
    """
    answers: dict[str, JsonValue] = {name: dict(part) for name, part in sections.items()}
    return {
        "account": account,
        "form": form_id,
        "version": form_version,
        "period": period,
        "sections": answers,
    }


def _refuse_floats(content: JsonValue) -> None:
    if isinstance(content, float):
        raise TypeError("content for a fingerprint must not hold floating-point numbers")
    for part in (
        content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    ):
        _refuse_floats(part)
