"""Beside a question: the way out when no answer fits, or when a true one is refused."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from api.pages import shapes
from api.pages.urls import url
from services.errors import FieldError
from services.i18n import N_, Translator
from services.reports.fields import FormField, UnitField

_NO_UNIT: Final = N_("Satuan tidak ada? Ajukan")
_ASK: Final = N_("Minta asistensi")
LOWERED_BY: Final = N_(
    "Bila nilai investasi memang turun, misalnya karena mesin dijual, verifikator Kementerian Perindustrian dapat "
    "menurunkan nilai pembandingnya; mintalah lewat Asistensi dengan menyebutkan alasannya."
)
"""Who may accept a lower investment, and how to ask; it stands beside the official refusal."""


def fell(section: Any, errors: Iterable[FieldError]) -> frozenset[str]:
    """The fields of a page whose investment is refused because it is below that of the report before."""
    said = {one.id: getattr(one, "not_lower_than_previous", None) for one in section.fields}
    return frozenset(error.field for error in errors if said.get(error.field) == error.message)


def of(question: FormField, fell: Collection[str], words: Translator) -> tuple[str, shapes.Action | None]:
    """What to say beside the question, and where to go."""
    if question.id in fell:
        return words.gettext(LOWERED_BY), shapes.Action(words.gettext(_ASK), url("assistance_ask"))
    if isinstance(question, UnitField):
        return "", shapes.Action(words.gettext(_NO_UNIT), url("unit_propose"))
    return "", None
