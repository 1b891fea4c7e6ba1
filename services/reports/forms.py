"""The shelf of form definitions: which form a report is filled on."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from services.deadlines.periods import Period
from services.reports import definition
from services.reports.definition import Form

DIRECTORY = Path(__file__).resolve().parents[2] / "policies" / "forms"


class Forms:
    """All versions of all forms. Two versions of one form must not claim the same period."""

    def __init__(self, listed: Iterable[Form]) -> None:
        self._listed = sorted(listed, key=lambda form: (form.form, form.version))
        self._by_version = {(form.form, form.version): form for form in self._listed}
        if len(self._by_version) < len(self._listed):
            raise ValueError("two form files have the same form id and version")

    def __iter__(self) -> Iterator[Form]:
        return iter(self._listed)

    def get(self, form_id: str, version: int) -> Form:
        """The version a report was begun on; KeyError when it was never shipped."""
        return self._by_version[form_id, version]

    def find(self, *, family: str, size: str | None, stage: str, period: Period) -> Form | None:
        """The newest form of that kind for a report on that period; None where there is none yet."""
        wanted = (family, size, stage)
        fitting = [
            form
            for form in self._listed
            if (form.family, form.size, form.stage) == wanted and form.covers_period(period)
        ]
        return max(fitting, key=lambda form: form.version, default=None)


@cache
def shipped() -> Forms:
    """The forms in `policies/forms`, read once."""
    return Forms(definition.load(path) for path in sorted(DIRECTORY.glob("*.yaml")))
