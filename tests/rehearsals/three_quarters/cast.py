"""The cast: which company does what, and when. Reviews, requests, ladders and dates; the rest is in `branches`."""

from tests.rehearsals.three_quarters import branches
from tests.rehearsals.three_quarters.story import Q1, Q3, Q4, Act, Story, act, later

JAN_4, JAN_6, JAN_8 = later("2027-01-04"), later("2027-01-06"), later("2027-01-08")
SENT = act(JAN_4, "send", period=Q4)
VERIFIED, VALIDATED = act(JAN_6, "verify", period=Q4), act(JAN_8, "validate", period=Q4)

REVIEWS = (
    Story("sent on time, and nobody looks at it", 1, 6, (SENT,)),
    Story(
        "sent, verified and validated", 1, 12,
        (SENT, VERIFIED, VALIDATED,
         act("2027-01-11T10:00", "ask_rollback", period=Q4, refused="masih dalam Verifikasi")),
        region="63",
    ),
    Story("verified, and then the directorate lets it lie", 1, 8, (SENT, VERIFIED)),
    Story("sent late, before any letter", 1, 10, (act("2027-01-19T10:00", "send", period=Q4),)),
    Story("never heard of", 2, 12),
    Story(
        "returned by the verifier and fixed in time", 1, 8,
        (SENT, act(JAN_6, "return", period=Q4, desk="verification"), act(JAN_8, "fix", period=Q4),
         act("2027-01-12T10:00", "verify", period=Q4), act("2027-01-13T10:00", "validate", period=Q4)),
    ),
    Story(
        "returned by the directorate, not fixed in time, sent late", 1, 8,
        (SENT, VERIFIED, act(JAN_8, "return", period=Q4, desk="validation"),
         act("2027-01-20T10:00", "fix", period=Q4)),
    ),
    Story(
        "returned and never heard of again", 1, 6,
        (SENT, act(JAN_8, "return", period=Q4, desk="verification")),
    ),
    Story(
        "a correction granted, sent again, approved", 1, 6,
        (SENT, act("2027-01-11T10:00", "ask_rollback", period=Q4),
         act("2027-01-12T10:00", "grant_rollback", period=Q4),
         act("2027-01-14T10:00", "resend", period=Q4),
         act("2027-01-15T10:00", "verify", period=Q4), act("2027-01-18T10:00", "validate", period=Q4)),
    ),
    Story(
        "a correction granted, and no second one", 1, 5,
        (SENT, act(JAN_6, "ask_rollback", period=Q4), act("2027-01-07T10:00", "grant_rollback", period=Q4),
         act(JAN_8, "resend", period=Q4),
         act("2027-01-11T10:00", "ask_rollback", period=Q4, refused="paling banyak 1 kali")),
    ),
    Story(
        "a correction refused", 1, 6,
        (SENT, VERIFIED, act("2027-01-12T22:00", "ask_rollback", period=Q4),
         act("2027-01-13T10:00", "refuse_rollback", period=Q4)),
    ),
    Story(
        "a correction granted and never sent", 1, 6,
        (SENT, act("2027-01-11T10:00", "ask_rollback", period=Q4),
         act("2027-01-12T10:00", "grant_rollback", period=Q4),
         act("2027-01-25T10:00", "verify", period=Q4)),
    ),
    Story(
        "a correction asked for in the generous days of a Saturday, left undecided", 1, 5,
        (act("2026-10-05T10:00", "send", period=Q3), act("2026-10-13T23:00", "ask_rollback", period=Q3)),
    ),
    Story(
        "a correction asked for too late", 1, 5,
        (act("2026-10-05T10:00", "send", period=Q3),
         act("2026-10-14T00:30", "ask_rollback", period=Q3, refused="2 hari")),
    ),
)  # fmt: skip

ASKED = act("2026-10-05T10:00", "ask_data", channel="email")
READ = act("2026-10-06T10:00", "read_data")
CLOSED = "sudah ditutup"
EVERYONE = act("2027-02-01T10:00", "ask_region", channel="portal")

REQUESTS = (
    Story(
        "asked by e-mail, read in the portal, answered, accepted", 1, 8,
        (ASKED, READ, act("2026-10-08T10:00", "answer"), act("2026-10-09T10:00", "accept_answer"),
         act("2026-10-12T10:00", "answer", refused=CLOSED)),
    ),
    Story(
        "asked by telephone, and once more", 1, 8,
        (act("2026-10-05T10:00", "ask_data", channel="telephone"),
         act("2026-10-06T10:00", "receipt", kind="call_note"), act("2026-10-08T10:00", "answer"),
         act("2026-10-09T10:00", "ask_again"), act("2026-10-12T10:00", "receipt", kind="call_note"),
         act("2026-10-14T10:00", "answer"), act("2026-10-15T10:00", "accept_answer")),
    ),
    Story(
        "visited on a Friday, answered between the two readings", 1, 8,
        (act("2026-10-05T10:00", "ask_data", channel="visit"),
         act("2026-10-09T10:00", "receipt", kind="visit_minutes"), act("2026-10-13T10:00", "answer"),
         act("2026-10-15T10:00", "accept_answer")),
        region="63",
    ),
    Story(
        "asked by letter, proven late", 1, 8,
        (act("2026-10-05T10:00", "ask_data", channel="letter"),
         act("2026-10-20T10:00", "receipt", kind="letter_receipt", on="2026-10-19T09:00"),
         act("2026-10-21T10:00", "answer")),
    ),
    Story("asked in the portal, and nothing shows that it was seen", 1, 8,
          (act("2026-10-05T10:00", "ask_data", channel="portal"),)),
    Story("asked in the portal, called, and still nothing", 1, 4,
          (act("2026-10-05T11:00", "ask_data", channel="portal"),
           act("2026-10-09T10:00", "settle", about="data", result="called"))),
    Story(
        "no answer by either reading: warned, answered then", 1, 6,
        (ASKED, READ, act("2026-10-12T10:00", "approve", about="data", channel="email"),
         act("2026-10-19T10:00", "answer"), act("2026-10-20T10:00", "accept_answer")),
        region="63",
    ),
    Story("a request taken back", 1, 5, (ASKED, READ, act("2026-10-07T10:00", "withdraw_data"),
                                          act("2026-10-08T10:00", "answer", refused=CLOSED))),
    Story("an extraordinary event: a whole province is asked, this one answers", 1, 10,
          (EVERYONE, act("2027-02-02T10:00", "read_data"), act("2027-02-03T10:00", "answer")), region="91"),
    Story("an extraordinary event: asked like all, and not heard of", 1, 15, (EVERYONE,), region="91"),
)  # fmt: skip


def letters(*days: str, channel: str = "email") -> tuple[Act, ...]:
    """An officer of the ministry approves on these days."""
    return tuple(act(later(day), "approve", about=Q3, channel=channel) for day in days)


OCT_14, NOV_16, DEC_17 = "2026-10-14", "2026-11-16", "2026-12-17"
POSTED = act("2026-10-19T10:00", "print_and_post", about=Q3)

LADDERS = (
    Story(
        "three letters, a fine, and the desk does no more", 1, 10,
        (*letters(OCT_14, NOV_16, DEC_17), act("2027-01-20T10:00", "propose_sanction", about=Q3, kind="fine"),
         act("2027-01-21T10:00", "impose", about=Q3, kind="fine"), act("2027-02-01T10:00", "close_desk", about=Q3)),
    ),
    Story(
        "three letters, and the licence is revoked", 1, 5,
        (*letters(OCT_14, NOV_16, DEC_17),
         act("2027-01-20T10:00", "propose_sanction", about=Q3, kind="licence_revocation"),
         act("2027-01-22T10:00", "impose", about=Q3, kind="licence_revocation")),
        region="63",
    ),
    Story(
        "three letters, no fine, closed for a while and suspended", 1, 4,
        (*letters(OCT_14, NOV_16, DEC_17), act("2027-01-20T10:00", "propose_sanction", about=Q3, kind="fine"),
         act("2027-01-21T10:00", "turn_down", about=Q3),
         act("2027-01-25T10:00", "propose_sanction", about=Q3, kind="temporary_closure"),
         act("2027-01-26T10:00", "impose", about=Q3, kind="temporary_closure"),
         act("2027-03-01T10:00", "propose_sanction", about=Q3, kind="licence_suspension"),
         act("2027-03-02T10:00", "impose", about=Q3, kind="licence_suspension")),
    ),
    Story("three letters, and nobody decides", 1, 9, letters(OCT_14, NOV_16, DEC_17)),
    Story("complied after the first letter", 1, 10,
          (*letters(OCT_14), act("2026-11-05T10:00", "send", period=Q3)), region="63"),
    Story("an excuse accepted after the second", 1, 6,
          (*letters(OCT_14, NOV_16), act("2026-11-25T10:00", "excuse", about=Q3))),
    Story(
        "a dispute: the ladder is held, and goes on", 1, 6,
        (*letters(OCT_14), act("2026-10-20T10:00", "hold_ladder", about=Q3),
         act("2026-11-02T10:00", "release_ladder", about=Q3), *letters("2026-11-30")),
    ),
    Story(
        "force majeure: the duty is held, and goes on", 1, 6,
        (*letters(OCT_14), act("2026-10-20T10:00", "hold_report", period=Q3),
         act("2026-10-26T10:00", "release_report", period=Q3)),
        region="63",
    ),
    Story("a later date stops the ladder until it has passed", 1, 6,
          (*letters(OCT_14), act("2026-10-21T10:00", "extend_case", period=Q3, target="2026-11-10"))),
    Story("a proposal left out, with a reason", 1, 8, (act("2026-10-15T10:00", "exclude", about=Q3),)),
    Story(
        "a letter by post, proven after its month", 1, 6,
        (*letters(OCT_14, channel="post"), POSTED,
         act("2026-11-02T10:00", "settle", about=Q3, result="visited"),
         act("2026-11-20T10:00", "evidence", about=Q3, kind="letter_receipt"),
         *letters("2026-11-23", channel="post")),
    ),
    Story(
        "the mail comes back, and the letter goes by post", 1, 6,
        (*letters(OCT_14), act("2026-10-15T10:00", "bounce", about=Q3),
         act("2026-10-16T10:00", "by_post", about=Q3), POSTED,
         act("2026-10-22T10:00", "evidence", about=Q3, kind="visit_minutes"),
         act("2026-10-26T10:00", "ask_data", channel="email")),
    ),
    Story(
        "the mail comes back when the next letter is proposed already", 1, 5,
        (*letters(OCT_14), act("2026-11-17T10:00", "bounce", about=Q3, to="webhook"),
         act("2026-11-18T10:00", "by_post", about=Q3), act("2026-11-19T10:00", "print_and_post", about=Q3),
         act("2026-11-27T10:00", "evidence", about=Q3, kind="letter_receipt"),
         *letters("2026-11-30", channel="post")),
    ),
    Story("a letter opened in the portal", 1, 8,
          (*letters(OCT_14), act("2026-10-15T10:00", "open_letter", about=Q3))),
    Story(
        "warned by its province", 1, 5,
        (act(later(OCT_14), "approve", about=Q3, channel="email", office="62"),), region="62", scale="large",
    ),
    Story(
        "warned by its own regency", 1, 8,
        (act(later(OCT_14), "approve", about=Q3, channel="email", office="64.74"),), region="64.74",
    ),
)  # fmt: skip

MORE = act("2027-04-05T10:00", "extend_region", period=Q1, target="2027-04-20", region="64.72")
FOR_A_WHILE = {"period": Q1, "target": "2027-04-23", "region": "64.07"}
APR_2, APR_5 = later("2027-04-02"), later("2027-04-05")

DATES = (
    Story("more time for a regency, and still silent", 1, 8, (MORE,), region="64.72"),
    Story("more time for a regency, sent within it", 1, 6,
          (MORE, act("2027-04-16T10:00", "send", period=Q1)), region="64.72"),
    Story(
        "more time for a regency, taken back", 1, 7,
        (act("2027-04-05T10:00", "extend_region", **FOR_A_WHILE),
         act("2027-04-07T10:00", "undo_region", **FOR_A_WHILE)),
        region="64.07",
    ),
    Story("more time asked for and granted in part", 1, 8,
          (act(APR_2, "ask_time", period=Q1, days=7), act(APR_5, "grant_time", days=5))),
    Story("more time asked for and refused", 1, 6,
          (act(APR_2, "ask_time", period=Q1, days=7), act(APR_5, "refuse_time")), region="63"),
    Story("more time asked for and no longer wanted", 1, 4,
          (act(APR_2, "ask_time", period=Q1, days=7), act(APR_5, "withdraw_time"))),
    Story("more time asked for, and nobody decides", 1, 4, (act(APR_2, "ask_time", period=Q1, days=7),)),
    Story("more time asked for, and sent before anybody decides", 1, 3,
          (act(APR_2, "ask_time", period=Q1, days=7), act(APR_5, "send", period=Q1))),
    Story("more time drawn up by an administrator, and dropped", 1, 2,
          (act(APR_2, "drop_extension", period=Q1, target="2027-04-20"),)),
    Story(
        "a report held over its date", 1, 5,
        (act(JAN_6, "hold_report", period=Q4), act("2027-01-15T10:00", "release_report", period=Q4)),
    ),
    Story(
        "returned under the old rules, fixed under the new", 1, 6,
        (act("2027-04-28T10:00", "send", period=Q1),
         act("2027-04-29T10:00", "return", period=Q1, desk="verification"),
         act("2027-05-10T10:00", "fix", period=Q1)),
    ),
)  # fmt: skip

# What concerns everybody: decrees about days, one of them taken back; other rules, from 3 May, and twice not at all.
NATIONAL = (
    act("2027-04-13T10:00", "decree", day="2027-04-15", file="csv"),
    act("2027-04-14T10:00", "decree", day="2027-04-21", file="ics"),
    act("2027-04-16T10:00", "undo_decree", day="2027-04-21"),
    act("2027-04-26T10:00", "propose_rules", rule="report_correction_due", working_days=7, day="2027-05-03"),
    act("2027-05-03T00:01", "rules_in_force", rule="report_correction_due", working_days=7),
    act("2027-05-11T10:00", "drop_rules", rule="report_correction_due", working_days=9, day="2027-06-02"),
    act("2027-05-12T10:00", "withdraw_rules", rule="report_correction_due", working_days=9, day="2027-06-02"),
    act("2027-06-02T00:01", "rules_unchanged", rule="report_correction_due", working_days=7),
)

STORIES = (*REVIEWS, *REQUESTS, *LADDERS, *DATES, *branches.STORIES)
