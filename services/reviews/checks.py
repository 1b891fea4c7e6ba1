"""Plausibility of a submission: pure functions from what was sent to what a person should look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.errors import FieldError
from services.i18n import N_
from services.policies.plausibility import Change, Check, Exceeds, Identical, Plain, Zero
from services.reports.canonical import data_hash
from services.reports.context import FormContext, Values
from services.reports.definition import Form
from services.reports.validation import validate_section

TEXTS: Final[Mapping[str, str]] = {
    "change": N_("{label} berubah {percent}% dari laporan sebelumnya: dari {before} menjadi {now}."),
    "appeared": N_("{label} sebelumnya 0, sekarang {now}."),
    "identical": N_("Isi halaman ini sama persis dengan laporan sebelumnya."),
    "exceeds": N_("{label} ({now}) lebih besar daripada {other_label} ({other})."),
    "zero": N_("{label} bernilai 0."),
    "class_changed": N_("Skala usaha berbeda dari laporan sebelumnya."),
    "sent_again": N_("Laporan ini dikirim lagi (kiriman ke-{submission})."),
}
GENERAL: Final = "general_data"


@dataclass(frozen=True)
class Submission:
    """One submission with what it is compared with. `context` holds its own sections and the previous ones."""

    form: Form
    number: int
    size: str | None
    previous_size: str | None
    sections: Mapping[str, Values]
    context: FormContext


@dataclass(frozen=True)
class Flag:
    """One finding: the check, the page it is about, and its words (a message id with its values)."""

    check: str
    section: str
    message: str
    params: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "check": self.check,
            "section": self.section,
            "message": self.message,
            "params": dict(self.params),
        }


def examine(submission: Submission, checks: tuple[Check, ...]) -> list[Flag]:
    """Everything that the checks find, in their order."""
    return [flag for check in checks for flag in _found(check, submission)]


def _found(check: Check, sent: Submission) -> Iterator[Flag]:
    match check:
        case Change():
            yield from _change(check, sent)
        case Identical():
            yield from _identical(check, sent)
        case Exceeds():
            yield from _exceeds(check, sent)
        case Zero():
            if _value(sent, check.value, sent.sections) == 0:
                yield _flag(check.name, check.value, "zero", {"label": _label(sent.form, check.value)})
        case Plain(kind="warnings"):
            yield from _warnings(check, sent)
        case Plain():
            yield from _of_the_whole(check, sent)


def _of_the_whole(check: Plain, sent: Submission) -> Iterator[Flag]:
    if check.kind == "class_changed" and sent.previous_size and sent.size != sent.previous_size:
        yield Flag(check.name, GENERAL, TEXTS["class_changed"], {})
    if check.kind == "sent_again" and sent.number > 1:
        yield Flag(check.name, GENERAL, TEXTS["sent_again"], {"submission": sent.number})


def _change(check: Change, sent: Submission) -> Iterator[Flag]:
    now = _value(sent, check.value, sent.sections)
    before = _value(sent, check.value, sent.context.previous)
    if now is None or before is None or now == before:
        return
    label = _label(sent.form, check.value)
    if before == 0:
        yield _flag(check.name, check.value, "appeared", {"label": label, "now": str(now)})
        return
    percent = (now - before) * 100 / before
    if abs(percent) > check.more_than_percent:
        params = {"label": label, "percent": f"{percent:+.0f}", "before": str(before), "now": str(now)}
        yield _flag(check.name, check.value, "change", params)


def _identical(check: Identical, sent: Submission) -> Iterator[Flag]:
    pairs = [(sent.sections.get(name), sent.context.previous.get(name)) for name in check.sections]
    if all(now and before and data_hash(now) == data_hash(before) for now, before in pairs):
        yield Flag(check.name, check.sections[0], TEXTS["identical"], {})


def _exceeds(check: Exceeds, sent: Submission) -> Iterator[Flag]:
    now, other = (_value(sent, path, sent.sections) for path in (check.value, check.other))
    if now is not None and other is not None and now > other:
        params = {
            "label": _label(sent.form, check.value),
            "now": str(now),
            "other_label": _label(sent.form, check.other),
            "other": str(other),
        }
        yield _flag(check.name, check.value, "exceeds", params)


def _warnings(check: Plain, sent: Submission) -> Iterator[Flag]:
    """What the form itself said to the company, and the company sent all the same."""
    for section in sent.form.sections:
        judged = validate_section(sent.form, section.id, sent.sections.get(section.id, {}), sent.context)
        for warning in judged.warnings:
            yield Flag(check.name, section.id, warning.message, _plain(warning))


def _plain(warning: FieldError) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in warning.params.items()
    }


def _flag(check: str, path: str, text: str, params: Mapping[str, Any]) -> Flag:
    return Flag(check, path.partition(".")[0], TEXTS[text], params)


def _value(sent: Submission, path: str, sections: Mapping[str, Values]) -> Decimal | None:
    """A field's or total's value; None where the form has no such thing or nothing was answered."""
    section_id, _, name = path.partition(".")
    section, answers = sent.form.section(section_id), sections.get(section_id)
    if section is None or not answers:
        return None
    if name in answers:
        return _number(answers[name])
    if any(total.id == name for total in section.totals):
        computed = validate_section(sent.form, section_id, answers, sent.context).computed
        return _number(computed.get(name))
    return None


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _label(form: Form, path: str) -> str:
    """The form's own words for a field or total."""
    section_id, _, name = path.partition(".")
    section = form.section(section_id)
    if section is None:
        return path
    total = next((total.label for total in section.totals if total.id == name), None)
    return total or (section.by_id[name].label if name in section.by_id else path)
