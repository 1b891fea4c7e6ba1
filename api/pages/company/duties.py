"""What a company owes as its pages show it: the date with its reasons, what comes next, what to do now."""

from typing import Final

from api.pages import labels, shapes
from api.pages.urls import url
from services.deadlines.explanation import explain
from services.deadlines.periods import Period
from services.i18n import N_, WIB, Translator, due_day, format_date, format_datetime
from services.models import ReportStatus
from services.reports.home import Again, NextKind, NextMoment, Obligation
from services.reports.listing import ReportLine
from services.reviews.dates import CORRECTION
from services.rollbacks.dates import RESEND

_NEXT: Final = {
    NextKind.SENDING_OPENS: N_("Laporan dapat diisi sekarang dan dikirim mulai {at}."),
    NextKind.REMINDER: N_("Pengingat pada {day}."),
    NextKind.DUE: N_("Setelah batas waktu, laporan tetap dapat dikirim tetapi tercatat terlambat."),
    NextKind.OVERDUE: N_("Laporan tetap dapat dikirim. Tanpa laporan, surat peringatan dapat diusulkan."),
}
_SETTLED: Final = {
    ReportStatus.SENT: N_("Petugas memeriksa laporan ini; Anda diberi tahu bila ada yang perlu diperbaiki."),
    ReportStatus.VERIFIED: N_("Direktorat pembina memeriksa laporan ini."),
    ReportStatus.ROLLBACK_REQUESTED: N_("Petugas memutuskan permohonan perbaikan Anda."),
}
_AGAIN: Final = {
    CORRECTION: N_(
        "Jawab setiap catatan, lalu kirim kembali. Sesudahnya tanggal kirim semula tidak dihitung."
    ),
    RESEND: N_("Kirim kembali. Bila tidak, laporan yang semula dikirim tetap berlaku."),
}
_ACTIONS: Final = {
    ReportStatus.UPCOMING: N_("Mulai mengisi"),
    ReportStatus.NOT_STARTED: N_("Mulai mengisi"),
    ReportStatus.DRAFT: N_("Lanjutkan mengisi"),
    ReportStatus.RETURNED: N_("Perbaiki"),
    ReportStatus.REOPENED: N_("Perbaiki"),
}


def title(line: ReportLine, words: Translator) -> str:
    """ "Laporan Triwulan IV 2026"."""
    return words.gettext(N_("Laporan {period}"), period=Period.parse(line.period).label(words.locale))


def duty(owed: Obligation, words: Translator) -> shapes.Duty:
    """One duty as a card."""
    line = owed.line
    return shapes.Duty(
        title(line, words),
        "report",
        line.status,
        f"{words.gettext(labels.word('stage', line.stage))} · #{line.number}",
        _again(owed.again, words) if owed.again else deadline(owed, words),
        words.gettext(_AGAIN[owed.again.name]) if owed.again else _ahead(owed, words),
        actions(line, words),
    )


def _ahead(owed: Obligation, words: Translator) -> str:
    return _settled(owed.line, words) if owed.settled else _next(owed.next, words)


def _again(again: Again, words: Translator) -> shapes.DeadlineView:
    """By when a report that came back is to be sent again."""
    return shapes.DeadlineView(
        words.gettext(labels.word("deadline", again.name)),
        again.due_before,
        reasons=[
            f"{reason.text} ({reason.basis})" if reason.basis else reason.text
            for reason in explain(again.reasons, words.locale)
        ],
    )


def deadline(owed: Obligation, words: Translator) -> shapes.DeadlineView:
    """The date in force with every step that led to it."""
    line = owed.line
    moved = owed.instrument is not None and line.due_before != line.base_before
    return shapes.DeadlineView(
        words.gettext(labels.word("deadline", "report_due")),
        line.due_before,
        base_before=line.base_before,
        met_at=line.sent_at,
        reasons=[
            f"{reason.text} ({reason.basis})" if reason.basis else reason.text
            for reason in explain(owed.reasons, words.locale)
        ],
        extension=shapes.ExtensionView(owed.instrument or "", _reason(owed)) if moved else None,
        letter=url("deadline_letter", case=line.id, deadline="report_due"),
    )


def short_deadline(line: ReportLine, words: Translator) -> shapes.DeadlineView:
    """The date without its reasons, for lists and headings."""
    return shapes.DeadlineView(
        words.gettext(labels.word("deadline", "report_due")),
        line.due_before,
        base_before=line.base_before,
        met_at=line.sent_at,
    )


def banner(owed: Obligation, words: Translator) -> str | None:
    """The notice that a date was moved, for as long as it matters; None when it was not."""
    line = owed.line
    if owed.settled or owed.instrument is None or line.due_before <= line.base_before:
        return None
    return words.gettext(
        N_("Batas waktu {report} diperpanjang sampai dengan {day} dengan {instrument}: {reason}."),
        report=title(line, words),
        day=format_date(due_day(line.due_before), words.locale),
        instrument=owed.instrument,
        reason=_reason(owed),
    )


def actions(line: ReportLine, words: Translator) -> list[shapes.Action]:
    """What the company can do with a report now."""
    if line.status is ReportStatus.RETURNED:
        notes = url("report_tracking", report=line.id)
        return [shapes.Action(words.gettext(_ACTIONS[line.status]), notes)]
    if line.status in _ACTIONS:
        return [shapes.Action(words.gettext(_ACTIONS[line.status]), url("report", report=line.id))]
    opened = shapes.Action(words.gettext(N_("Lihat isian")), url("report", report=line.id), "quiet")
    if not line.receipt:
        return [opened]
    receipt = url("report_receipt", report=line.id)
    tracking = url("report_tracking", report=line.id)
    return [
        shapes.Action(words.gettext(N_("Cetak bukti")), receipt, "secondary"),
        shapes.Action(words.gettext(N_("Tracking Pemrosesan")), tracking, "quiet"),
        opened,
    ]


def _reason(owed: Obligation) -> str:
    extended = [step for step in owed.reasons if step.code == "extended"]
    return str(extended[-1].params["reason"]).rstrip(".") if extended else ""


def _settled(line: ReportLine, words: Translator) -> str:
    return words.gettext(_SETTLED.get(line.status, ""))


def _next(moments: tuple[NextMoment, ...], words: Translator) -> str:
    """The two things that come first, the second only where it adds something."""
    said = [_moment(moment, words) for moment in moments[:2]]
    return " ".join(said)


def _moment(moment: NextMoment, words: Translator) -> str:
    at = format_datetime(moment.at, words.locale, seconds=False)
    day = format_date(moment.at.astimezone(WIB).date(), words.locale)
    return words.gettext(_NEXT[moment.kind], at=at, day=day)
