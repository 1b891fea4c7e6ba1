"""What will happen in a case if nobody does anything: dates, what follows from them, and why they are so."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines import store
from services.deadlines.derivation import Step, derive
from services.deadlines.explanation import explain
from services.deadlines.periods import Period
from services.deadlines.waves import wave_moments
from services.i18n import N_, Translator, format_due, translator
from services.models import (
    AssistanceStatus,
    CaseFile,
    CaseKind,
    DataRequestStatus,
    Deadline,
    DecreeStatus,
    Derivation,
    ExtensionRequestStatus,
    ExtensionStatus,
    Message,
    MessageState,
    NonProductionStatus,
    PolicyChangeStatus,
    ReportStatus,
    ReprimandStatus,
    RollbackStatus,
    Suspension,
    WarningBatchStatus,
    WarningLadder,
    WarningStatus,
)
from services.periods import moments, planning
from services.periods.moments import Act, Moment
from services.timeline import ladders
from services.timeline.sentences import STANDSTILLS, last_second

MAX_MOMENTS = 40


@dataclass(frozen=True)
class FutureLine:
    """One thing to come. Without `at` it waits for somebody. `certain`: nothing but a change of rules prevents it.

    `at` is the moment people are told: the last second of a deadline.
    """

    name: str
    at: datetime | None
    text: str
    why: tuple[str, ...] = ()
    certain: bool = False


HELD: Final = N_("Perkara ditahan: tidak ada yang terjadi sampai petugas melanjutkannya.")
STUCK: Final = N_("Prosesnya menunggu operator: satu langkah tidak dapat dijalankan.")
DUE: Final = N_("Batas waktu penyampaian laporan.")
LENIENT: Final = N_("Batas bacaan longgar; sampai saat ini belum ada yang ditolak atau diperingatkan.")
OVERDUE: Final = N_("Bila belum dikirim, laporan tercatat lewat batas waktu.")
STILL_POSSIBLE: Final = N_("Laporan masih dapat dikirim dan akan tercatat terlambat.")
WINDOW: Final = N_("Kesempatan mengajukan permohonan perbaikan data berakhir.")
SENDING_OPENS: Final = N_("Periode berakhir dan laporan dapat dikirim.")
REMINDER: Final = N_("Bila belum dikirim, perusahaan diingatkan ({days} hari sebelum batas waktu).")
QUEUED: Final = N_("Pemberitahuan yang sudah disiapkan dikirim.")
WAITS: Final[dict[tuple[str, str], str]] = {
    (CaseKind.LICENCE_REVIEW, "invalid"): N_("Menunggu dokumen baru dari perusahaan."),
    (CaseKind.REPORT, ReportStatus.SENT): N_("Menunggu verifikasi oleh petugas."),
    (CaseKind.REPORT, ReportStatus.VERIFIED): N_("Menunggu validasi oleh pembina sektor."),
    (CaseKind.REPORT, ReportStatus.RETURNED): N_("Menunggu perbaikan dan pengiriman ulang oleh perusahaan."),
    (CaseKind.REPORT, ReportStatus.ROLLBACK_REQUESTED): N_(
        "Menunggu keputusan atas permohonan perbaikan data."
    ),
    (CaseKind.DATA_REQUEST, DataRequestStatus.SENT): N_(
        "Menunggu bukti penerimaan: dibaca di portal, dikonfirmasi lewat surel, atau dicatat petugas."
    ),
    (CaseKind.DATA_REQUEST, DataRequestStatus.RECEIVED): N_("Menunggu jawaban perusahaan lewat portal."),
    (CaseKind.DATA_REQUEST, DataRequestStatus.ANSWERED): N_("Menunggu petugas memeriksa jawaban."),
    (CaseKind.REPORT, ReportStatus.REOPENED): N_("Menunggu perusahaan mengirim laporan yang diperbaiki."),
    (CaseKind.ROLLBACK, RollbackStatus.REQUESTED): N_("Menunggu keputusan petugas."),
    (CaseKind.ROLLBACK, RollbackStatus.GRANTED): N_("Laporan segera dibuka kembali."),
    (CaseKind.ROLLBACK, RollbackStatus.REOPENED): N_("Menunggu perusahaan mengirim laporan yang diperbaiki."),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.DRAFT): N_(
        "Menunggu simulasi: akibat perubahan aturan diperiksa sebelum disetujui."
    ),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.SIMULATED): N_("Menunggu persetujuan orang kedua."),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.IN_FORCE): N_("Perkara terbuka sedang dipindahkan."),
    (CaseKind.EXTENSION_REQUEST, ExtensionRequestStatus.SUBMITTED): N_(
        "Menunggu keputusan petugas. Permohonan tidak pernah dikabulkan karena waktu."
    ),
    (CaseKind.NON_PRODUCTION, NonProductionStatus.SUBMITTED): N_(
        "Menunggu keputusan petugas. Sampai diterima, laporan tetap wajib."
    ),
    (CaseKind.ASSISTANCE, AssistanceStatus.ASKED): N_(
        "Menunggu jawaban petugas, atau sesi yang dipesan perusahaan. Tidak ada yang berakhir karena waktu."
    ),
    (CaseKind.ASSISTANCE, AssistanceStatus.BOOKED): N_("Menunggu petugas mengonfirmasi sesi dan tempatnya."),
    (CaseKind.ASSISTANCE, AssistanceStatus.CONFIRMED): N_(
        "Menunggu sesi; sesudahnya petugas mencatat hasilnya."
    ),
    (CaseKind.REPRIMAND, ReprimandStatus.PROPOSED): N_(
        "Menunggu keputusan orang kedua; tidak ada surat yang dikirim karena waktu."
    ),
    (CaseKind.REPRIMAND, ReprimandStatus.APPROVED): N_("Surat teguran sedang dibuat dan segera dikirim."),
    (CaseKind.DECREE, DecreeStatus.DRAFT): N_("Menunggu uji coba: akibatnya diperiksa sebelum disetujui."),
    (CaseKind.DECREE, DecreeStatus.PREVIEWED): N_("Menunggu persetujuan orang kedua."),
    (CaseKind.DECREE, DecreeStatus.APPROVED): N_("Setiap batas waktu sedang dihitung ulang."),
    (CaseKind.DECREE, DecreeStatus.UNDOING): N_("Setiap batas waktu sedang dikembalikan."),
    (CaseKind.CAMPAIGN, ExtensionStatus.DRAFT): N_(
        "Menunggu uji coba: akibat perpanjangan diperiksa sebelum disetujui."
    ),
    (CaseKind.CAMPAIGN, ExtensionStatus.PREVIEWED): N_("Menunggu persetujuan."),
    (CaseKind.CAMPAIGN, ExtensionStatus.APPROVED): N_("Sedang diterapkan ke setiap kewajiban."),
    (CaseKind.CAMPAIGN, ExtensionStatus.UNDOING): N_("Sedang dibatalkan di setiap kewajiban."),
}
_WARNING_WAITS: Final[dict[tuple[str, str], str]] = {
    (CaseKind.WARNING, WarningStatus.PROPOSED): N_(
        "Menunggu keputusan pejabat yang berwenang; tidak ada surat yang dikirim karena waktu."
    ),
    (CaseKind.WARNING, WarningStatus.APPROVED): N_("Surat sedang dibuat dan segera dikirim."),
    (CaseKind.WARNING, WarningStatus.DECIDING): N_(
        "Menunggu keputusan pejabat; sesudah surat ketiga tidak ada yang otomatis."
    ),
    (CaseKind.WARNING_BATCH, WarningBatchStatus.APPROVED): N_("Surat-surat sedang dibuat."),
}
# What passing each date brings about, where nothing special is said of its kind.
PASSING: Final[dict[str, str]] = {
    "registration_reminder": N_("Bila belum diputuskan, petugas UPP diingatkan."),
    "registration_target": N_(
        "Bila belum diputuskan, administrator diberi tahu. Pendaftaran tidak pernah diterima karena waktu."
    ),
    "registration_correction_due": N_("Bila belum diperbaiki, pendaftaran gugur."),
    "policy_valid_from": N_(
        "Aturan baru mulai berlaku dan perkara terbuka dipindahkan; sampai saat ini dapat ditarik."
    ),
    "undo_until": N_("Tidak dapat dibatalkan lagi dan menjadi tetap."),
    "last_look": N_("Diperiksa sekali lagi bahwa tidak ada batas waktu yang tertinggal."),
    "undo_look": N_("Diperiksa sekali lagi bahwa tidak ada batas waktu yang tertinggal."),
    "extension_request_reminder": N_("Bila belum diputuskan, petugas kepatuhan diingatkan."),
    "extension_request_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "non_production_reminder": N_("Bila belum diputuskan, petugas kepatuhan diingatkan."),
    "non_production_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "assistance_reminder": N_("Bila belum dijawab, petugas bantuan diingatkan."),
    "assistance_target": N_("Bila belum dijawab, administrator diberi tahu. Permintaan tetap terbuka."),
    "assistance_session_reminder": N_("Perusahaan dan petugas diingatkan akan sesi."),
    "assistance_session": N_("Sesi asistensi dimulai."),
    "assistance_record_target": N_(
        "Bila hasil sesi belum dicatat, petugas dan administrator diberi tahu. Tidak ada yang dianggap hadir atau "
        "tidak hadir karena waktu."
    ),
    "reprimand_reminder": N_("Bila belum diputuskan, petugas instansi yang berwenang diingatkan."),
    "reprimand_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "licence_review_target": N_("Bila belum divalidasi, petugas UPP diingatkan."),
    "licence_expiring": N_("Perusahaan diberi tahu bahwa masa berlaku perizinan segera berakhir."),
    "licence_expiry": N_("Masa berlaku perizinan berakhir."),
    "report_verification_reminder": N_("Bila belum diverifikasi, verifikator diingatkan."),
    "report_verification_target": N_(
        "Bila belum diverifikasi, verifikator dan administrator diberi tahu. Laporan tidak pernah disetujui "
        "karena waktu."
    ),
    "report_validation_reminder": N_("Bila belum divalidasi, direktorat yang belum menyetujui diingatkan."),
    "report_validation_target": N_(
        "Bila belum divalidasi, validator dan administrator diberi tahu. Laporan tidak pernah disetujui "
        "karena waktu."
    ),
    "report_correction_due": N_(
        "Bila belum dikirim kembali, tanggal pengiriman semula tidak dihitung lagi dan laporan kembali ditagih."
    ),
    "rollback_decision_target": N_(
        "Bila belum diputuskan, petugas diingatkan. Permohonan tidak pernah dikabulkan atau ditolak karena waktu."
    ),
    "rollback_resend_reminder": N_("Bila belum dikirim kembali, perusahaan diingatkan."),
    "rollback_resend_due": N_("Bila belum dikirim kembali, laporan yang semula dikirim tetap berlaku."),
    "data_request_unproven": N_(
        "Bila penerimaan belum terbukti, petugas diminta menelepon, menyurati, atau mengunjungi perusahaan."
    ),
    "data_request_reminder": N_("Bila belum dijawab, perusahaan diingatkan."),
    "data_request_due": N_("Batas waktu jawaban. Bila belum dijawab, permintaan tercatat lewat batas waktu."),
}
for _letter in (1, 2, 3):
    PASSING[f"warning_{_letter}_service"] = N_(
        "Bila surat terkirim tanpa penolakan, surat dianggap diterima; bila belum terbukti, petugas memastikannya."
    )
    PASSING[f"warning_{_letter}_interval"] = N_(
        "Bila kewajiban belum dipenuhi dan surat terbukti diterima, peringatan berikutnya diusulkan."
    )
PASSING["warning_3_interval"] = N_(
    "Bila kewajiban belum dipenuhi dan surat terbukti diterima, perkara diserahkan ke meja keputusan."
)
PASSING["warning_decision_target"] = N_(
    "Target keputusan pejabat; tidak ada yang terjadi karena lewatnya tanggal ini."
)
# Moments at which somebody is told, not deadlines: people know them by their first instant.
MOMENTS: Final = frozenset(
    {
        "policy_valid_from",
        "registration_reminder",
        "licence_expiring",
        "data_request_reminder",
        "report_verification_reminder",
        "report_validation_reminder",
        "rollback_resend_reminder",
        "assistance_reminder",
        "assistance_session_reminder",
        "assistance_session",
        "reprimand_reminder",
    }
)
# What follows only once the lenient reading of a date has passed too.
LENIENTLY: Final[dict[str, str]] = {
    "data_request_due": N_("Bila belum juga dijawab, surat peringatan diusulkan kepada petugas."),
}
STANDS_STILL: Final = N_("Peringatan berhenti sementara ({why}); tanggalnya tidak berjalan.")
STOPPED: Final = N_("Waktu pemeriksaan berhenti selama menunggu perusahaan.")
ACTS: Final[dict[Act, str]] = {
    Act.OPEN: N_("Kewajiban dibuat untuk setiap akun yang wajib lapor."),
    Act.SENDING_OPENS: N_("Periode berakhir dan laporan dapat dikirim."),
    Act.REMIND: N_("Pengingat {days} hari sebelum {due} dikirim kepada yang belum melapor (zona {zone})."),
    Act.OVERDUE: N_("Yang belum melapor sampai {due} masuk daftar lewat batas waktu."),
    Act.WINDOW_CLOSES: N_("Kesempatan perbaikan data untuk batas waktu {due} berakhir."),
    Act.PROPOSE_WARNINGS: N_(
        "Peringatan diusulkan kepada pejabat bagi yang belum melapor (batas waktu {due})."
    ),
    Act.SUMMARY: N_("Rekap periode disusun dan dikirim kepada petugas kepatuhan."),
}


async def future(session: AsyncSession, case: CaseFile, *, now: datetime, locale: str) -> list[FutureLine]:
    """What lies ahead of an open case, in order; nothing of a closed one."""
    if case.closed_at is not None:
        return []
    speak = translator(locale)
    if case.held_at is not None:
        return [FutureLine("held", None, speak.gettext(HELD))]
    lines = [FutureLine("stuck", None, speak.gettext(STUCK))] if case.stuck else []
    stage = (CaseKind(case.kind), case.status)
    if waiting := WAITS.get(stage) or _WARNING_WAITS.get(stage):
        lines.append(FutureLine("waits", None, speak.gettext(waiting)))
    lines += await _of_kind(session, case, now, speak)
    lines += await _queued(session, case, now, speak)
    return sorted(lines, key=lambda line: (line.at is not None, line.at or now))


async def _of_kind(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    return await OF_KIND.get(CaseKind(case.kind), _deadlines)(session, case, now, speak)


async def _report(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    found = await store.of_case(session, case.id)
    lines = [line for pair in found if pair[0].name != planning.DUE for line in _passing(*pair, now, speak)]
    due = next((pair for pair in found if pair[0].name == planning.DUE), None)
    if due is None:
        return lines
    rules = await rulebook.of_case(session, case, now=now)
    policy = rules.policies.reminder(planning.REMINDERS)
    if due[0].met_at is None and policy.applies_to(case.status):
        lines += _unsent(case, *due, rules, now, speak)
        lines += _warned(case, due[0], rules, now, speak)
    window = derive(rules.policies.rule("rollback_window"), due[0].due_before, rules.calendars())
    if window.due_before > now:
        why = _why(window.derivation, speak)
        lines.append(FutureLine("correction_window", window.shown, speak.gettext(WINDOW), why, certain=True))
    return lines


def _unsent(
    case: CaseFile,
    deadline: Deadline,
    derivation: Derivation,
    rules: rulebook.Rulebook,
    now: datetime,
    speak: Translator,
) -> list[FutureLine]:
    """The sending opens, the waves, the due date and lateness: each only as long as nothing was sent."""
    due = deadline.due_before
    if due <= now:
        return [FutureLine("late", None, speak.gettext(STILL_POSSIBLE))]
    lines = []
    if case.status == ReportStatus.UPCOMING and case.period:
        opens = planning.sending_opens_at(Period.parse(case.period))
        lines.append(FutureLine("sending_opens", opens, speak.gettext(SENDING_OPENS), certain=True))
    policy = rules.policies.reminder(planning.REMINDERS)
    waves = wave_moments(due, ZoneInfo(case.zone), policy, rules.calendars()[policy.calendar])
    for wave in waves:
        if wave.at > now:
            text = speak.gettext(REMINDER, days=-wave.offset_days)
            lines.append(FutureLine("reminder", wave.at, text, _why(wave.why, speak)))
    why = _why([Step.from_json(step) for step in derivation.steps], speak)
    lines.append(FutureLine("due", last_second(due), speak.gettext(DUE), why, certain=True))
    lines.append(FutureLine("overdue", due, speak.gettext(OVERDUE)))
    if deadline.lenient_before and deadline.lenient_before > due:
        lines.append(FutureLine("lenient", last_second(deadline.lenient_before), speak.gettext(LENIENT)))
    return lines


def _warned(
    case: CaseFile, deadline: Deadline, rules: rulebook.Rulebook, now: datetime, speak: Translator
) -> list[FutureLine]:
    """The ladder that a duty climbs while nobody meets it; none where the regulation cannot be enforced."""
    if case.period and not rules.policies.regime_for(Period.parse(case.period)).enforceable:
        return []
    rungs = ladders.from_due(rules, deadline.due_before, deadline.lenient_before)
    return _rungs(rungs, now, speak)


def _rungs(rungs: Sequence[ladders.Rung], now: datetime, speak: Translator) -> list[FutureLine]:
    return [
        FutureLine(
            f"warning_{rung.letter}" if rung.letter else "sanction",
            rung.derived.due_before,
            speak.gettext(rung.text, n=rung.letter),
            _why(rung.derived.derivation, speak),
        )
        for rung in rungs
        if rung.derived.due_before > now
    ]


async def _data_request(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Its dates, and the ladder once the receipt has started the clock."""
    lines = await _deadlines(session, case, now, speak)
    due = await session.get(Deadline, (case.id, "data_request_due"), populate_existing=True)
    if due is None or due.met_at is not None:
        return lines
    rules = await rulebook.of_case(session, case, now=now)
    return lines + _rungs(ladders.from_due(rules, due.due_before, due.lenient_before), now, speak)


async def _deadlines(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Registrations, licences, campaigns: each open date and what its passing brings about."""
    return [
        line
        for deadline, derivation in await store.of_case(session, case.id)
        for line in (*_passing(deadline, derivation, now, speak), *_leniently(deadline, now, speak))
    ]


def _leniently(deadline: Deadline, now: datetime, speak: Translator) -> list[FutureLine]:
    text, at = LENIENTLY.get(deadline.name), deadline.lenient_before or deadline.due_before
    if text is None or deadline.met_at is not None or at <= now:
        return []
    return [FutureLine("lenient", at, speak.gettext(text))]


async def _warning(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """A ladder's dates; one that stands still says why, and no date of it runs."""
    ladder = await session.get(WarningLadder, case.id)
    if ladder is not None and ladder.suspension is not None:
        why = speak.gettext(STANDSTILLS[Suspension(ladder.suspension)])
        return [FutureLine("stopped", None, speak.gettext(STANDS_STILL, why=why))]
    return await _deadlines(session, case, now, speak)


def _passing(
    deadline: Deadline, derivation: Derivation, now: datetime, speak: Translator
) -> list[FutureLine]:
    text = PASSING.get(deadline.name)
    if text is None or deadline.met_at is not None:
        return []
    if deadline.paused_since is not None:
        stopped = deadline.name.endswith("_target")
        return [FutureLine("stopped", None, speak.gettext(STOPPED))] if stopped else []
    if deadline.due_before <= now:
        return []
    why = _why([Step.from_json(step) for step in derivation.steps], speak)
    at = deadline.due_before if deadline.name in MOMENTS else last_second(deadline.due_before)
    return [FutureLine(deadline.name, at, speak.gettext(text), why)]


async def _period(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    detail = await planning.load(session, case.id)
    pending = await moments.pending(session, case, detail, now)
    return [_act(moment, speak) for moment in pending[:MAX_MOMENTS]]


def _act(moment: Moment, speak: Translator) -> FutureLine:
    given: dict[str, object] = {}
    if moment.due_before is not None:
        given["due"] = format_due(moment.due_before, speak.locale)
    if moment.wave is not None:
        given |= {"days": -moment.wave.offset_days, "zone": moment.zone}
    text = speak.gettext(ACTS[moment.act], **given)
    why = _why(moment.wave.why, speak) if moment.wave else ()
    return FutureLine(moment.act.value.split("-", 1)[1], moment.at, text, why, certain=True)


async def _queued(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Mail that is ready and waits for its hour."""
    query = (
        select(col(Message.not_before))
        .where(col(Message.case_id) == case.id, col(Message.state) == MessageState.QUEUED)
        .where(col(Message.not_before) > now)
        .order_by(col(Message.not_before))
        .limit(MAX_MOMENTS)
    )
    moments_of_mail = (await session.execute(query)).scalars()
    return [FutureLine("message", at, speak.gettext(QUEUED)) for at in moments_of_mail]


# Each kind says what lies ahead of its cases; a kind without an entry is told by its dates (PASSING) alone.
Contributor = Callable[[AsyncSession, CaseFile, datetime, Translator], Awaitable[list[FutureLine]]]
OF_KIND: Final[dict[CaseKind, Contributor]] = {
    CaseKind.REPORT: _report,
    CaseKind.PERIOD: _period,
    CaseKind.DATA_REQUEST: _data_request,
    CaseKind.WARNING: _warning,
}


def _why(steps: Sequence[Step], speak: Translator) -> tuple[str, ...]:
    return tuple(reason.text for reason in explain(steps, speak.locale))
