"""Names and addresses of the pages of company data."""

from api.pages import shapes
from api.pages.urls import url
from services.companies.completeness import LICENCES, Item
from services.i18n import Translator


def check(item: Item, words: Translator) -> shapes.Check:
    """A line of the list of what company data need."""
    hint = words.gettext(item.message, **(item.params or {})) if item.message else ""
    return shapes.Check(words.gettext(item.title), item.done, address(item.section), hint)


def address(section: str) -> str:
    """Where a page of company data, or the licences, are."""
    return url("licences") if section == LICENCES else url("profile_section", section=section)
