"""What pages about warnings show, for officials and companies alike."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from api.pages import shapes
from api.pages.urls import url
from services.i18n import N_, Translator, format_date, format_rupiah
from services.models import AuthorityLevel, LetterChannel, Sanction, SanctionKind
from services.timeline.sentences import SANCTIONS
from services.warnings import wording
from services.warnings.competence import office
from services.warnings.desk import Line
from services.warnings.facts import LadderFacts, imposed

USUAL: Final = N_("Surel; lewat pos bila alamatnya menolak surat")
CHANNELS: Final = {
    LetterChannel.EMAIL: N_("Surel dan portal"),
    LetterChannel.POST: N_("Pos dan portal"),
}
LEVELS: Final = {
    AuthorityLevel.REGENCY: N_("Kabupaten atau kota"),
    AuthorityLevel.PROVINCE: N_("Provinsi"),
    AuthorityLevel.MINISTRY: N_("Kementerian Perindustrian"),
}


def line_row(line: Line, words: Translator) -> dict[str, Any]:
    """One proposal as a row of the desk."""
    return {
        "id": str(line.id),
        "company": line.company,
        "matter": wording.duty(line.kind, "", line.period, line.stage, words.locale),
        "letter": line.letter,
        "due_before": line.due_before,
        "authority": authority(line.authority, words),
        "undetermined": line.authority is None,
        "mine": line.issuer is not None,
        "suspended": line.suspended,
        "channel": words.gettext(CHANNELS[line.channel]),
        "href": url("warning_case", case=line.id),
    }


def authority(code: str | None, words: Translator) -> str:
    """An office in words; empty where an officer has to determine it."""
    return wording.office_name(office(code), words.locale) if code is not None else ""


def day(date_: date | None, words: Translator) -> str:
    """The day a letter bears."""
    return format_date(date_, words.locale, style="medium") if date_ is not None else ""


def letters(found: LadderFacts, words: Translator, *, for_company: bool) -> list[dict[str, Any]]:
    """The letters of a ladder, the newest first; a company sees those that left."""
    name = "warning_letter_open" if for_company else "warning_letter_file"
    return [
        {
            "letter": one.letter.rung,
            "number": one.letter.number or "",
            "date": day(one.letter.letter_date, words),
            "office": authority(one.letter.authority, words),
            "channel": words.gettext(CHANNELS[LetterChannel(one.letter.channel)]),
            "sent_at": one.letter.left_at if for_company else one.letter.sent_at,
            "mailed_at": one.letter.mailed_at if one.letter.channel == LetterChannel.POST else None,
            "served_at": one.letter.served_at,
            "unproven": one.letter.unproven_since is not None,
            "void": one.letter.voided_at is not None,
            "href": url(name, case=found.case.id, letter=one.letter.rung) if one.document else "",
        }
        for one in reversed(found.letters)
        if one.letter.left_at is not None or not for_company
    ]


def sanctions(found: LadderFacts, words: Translator, *, for_company: bool) -> list[dict[str, Any]]:
    """What was proposed and decided; a company sees what was imposed."""
    shown: Sequence[Sanction] = imposed(found) if for_company else found.sanctions
    return [
        {
            "id": str(one.id),
            "name": words.gettext(SANCTIONS[SanctionKind(one.kind)]),
            "amount": format_rupiah(one.amount, words.locale) if one.amount is not None else "",
            "basis": one.basis,
            "reason": "" if for_company else one.reason,
            "number": one.number,
            "state": one.state,
            "proposed_at": one.proposed_at,
            "decided_at": one.decided_at,
            "proposed_by": one.proposed_by,
            "href": url("sanction_document", case=found.case.id, sanction=one.id)
            if for_company
            else url("document", document=one.document_id),
        }
        for one in shown
    ]


def channels(words: Translator) -> list[shapes.Option]:
    """How letters may go; the first leaves it to the addresses."""
    usual = shapes.Option("", words.gettext(USUAL))
    return [usual, *(shapes.Option(code.value, words.gettext(text)) for code, text in CHANNELS.items())]


def levels(words: Translator) -> list[shapes.Option]:
    """The offices an officer may find competent."""
    return [shapes.Option(level.value, words.gettext(text)) for level, text in LEVELS.items()]


def kinds(words: Translator) -> list[shapes.Option]:
    """What may be decided after the last letter."""
    return [shapes.Option(kind.value, words.gettext(text)) for kind, text in SANCTIONS.items()]
