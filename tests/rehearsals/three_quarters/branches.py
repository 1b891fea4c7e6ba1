"""The rest of the cast: small cases, companies of other kinds, and what befalls an account beside its reports."""

from tests.rehearsals.three_quarters.story import Q1, Q3, Q4, Act, Story, act, later

JAN_4, JAN_6, JAN_8 = later("2027-01-04"), later("2027-01-06"), later("2027-01-08")

# From when what may follow, each letter on its first day: due Sunday 10 January, or supposing the 20th.
AS_IT_IS = {"overdue": "2027-01-11T00:00", "warning_1": "2027-01-13T00:00", "warning_2": "2027-02-14T00:00",
            "warning_3": "2027-03-15T00:00", "sanction": "2027-04-16T00:00"}  # fmt: skip
LATER = {"overdue": "2027-01-21T00:00", "warning_1": "2027-01-23T00:00", "warning_2": "2027-02-24T00:00"}
NOV_2, NOV_4 = later("2026-11-02"), later("2026-11-04")
SMALL = (
    Story(
        "nothing produced, accepted after a letter", 1, 6,
        (act("2027-01-14T10:00", "approve", about=Q4, channel="email"),
         act("2027-01-18T10:00", "declare", period=Q4), act("2027-01-20T10:00", "accept_declared")),
    ),
    Story("nothing produced, refused", 1, 5,
          (act(JAN_6, "declare", period=Q4), act(JAN_8, "refuse_declared")), region="63"),
    Story("nothing produced, taken back", 1, 3,
          (act(JAN_6, "declare", period=Q4), act(JAN_8, "withdraw_declared"))),
    Story("nothing produced, and yet reported", 1, 3,
          (act(JAN_6, "declare", period=Q4), act("2027-01-07T10:00", "send", period=Q4)), region="63"),
    Story("nothing produced, and nobody decides", 1, 4,
          (act(JAN_6, "declare", period=Q4),
           act(JAN_8, "ask_rollback", period=Q4, refused="laporan yang sudah dikirim"))),
    Story("a licence that expires", 1, 6,
          (act(NOV_2, "upload", expires_on="2027-02-27"), act(NOV_4, "find_valid")), region="63"),
    Story(
        "a licence replaced before it expires", 1, 5,
        (act(NOV_2, "upload", expires_on="2027-05-31"), act(NOV_4, "find_valid"),
         act("2027-03-01T10:00", "upload", replaces="yes"),
         act("2027-03-03T10:00", "find_valid", replaces=True)),
    ),
    Story("a licence found invalid", 1, 4, (act(NOV_2, "upload"), act(NOV_4, "find_invalid"))),
    Story("a licence that nobody looks at", 1, 4, (act(NOV_2, "upload"),)),
    Story(
        "a standard certificate verified", 1, 4,
        (act("2027-06-02T10:00", "upload", risk="medium_high"), act("2027-06-04T10:00", "find_valid"),
         act("2027-06-10T10:00", "certificate")),
    ),
    Story("help asked for and given in writing", 1, 5,
          (act(NOV_2, "ask_help"), act(NOV_4, "answer_help")), region="63"),
    Story("help asked for, and nobody answers", 1, 4, (act(NOV_2, "ask_help"),)),
    Story("called by its regency", 1, 8,
          (act("2027-01-04T12:00", "foresee", period=Q4, ahead=AS_IT_IS, target="2027-01-20", then=LATER),
           act("2027-01-15T10:00", "contact", period=Q4)), region="64.71"),
)  # fmt: skip

CLOSURES = (
    Story(
        "an account declared void in the middle of everything", 1, 4,
        (act("2026-10-05T10:00", "ask_data", channel="letter"),
         act("2026-10-14T10:00", "approve", about=Q3, channel="email"),
         act("2026-11-03T10:00", "upload"), act("2026-11-03T10:00", "ask_help"),
         act("2026-11-04T09:00", "void")),
    ),
)  # fmt: skip

KOTA = "64.71"
RETURNED = (
    act("2027-01-04T10:00", "send", period=Q4),
    act("2027-01-06T10:00", "return", period=Q4, desk="verification"),
)
PROPOSED = act("2026-10-20T10:00", "reprimand")


def decided(day: str, verdict: str, **how: str) -> Act:
    return act(later(day), "decide_reprimand", verdict=verdict, **how)


REPRIMANDS = (
    Story(
        "late twice, and reprimanded by its regency", 1, 5,
        (act("2026-10-19T10:00", "send", period=Q3), act("2027-01-19T10:00", "send", period=Q4),
         act("2027-02-01T10:00", "reprimand"), decided("2027-02-03", "approve", channel="email"),
         act("2027-02-08T10:00", "reprimand", refused="tidak (lagi) memenuhi")),
        region=KOTA,
    ),
    Story(
        "not put right in time, and reprimanded", 1, 3,
        (act("2027-01-04T10:00", "send", period=Q4),
         act("2027-01-06T10:00", "return", period=Q4, desk="verification"),
         act("2027-02-01T10:00", "reprimand"), decided("2027-02-03", "approve", channel="email")),
        region=KOTA,
    ),
    Story(
        "returned in three quarters, put right each time, and reprimanded for it", 1, 3,
        (act("2026-10-05T10:00", "send", period=Q3),
         act("2026-10-06T10:00", "return", period=Q3, desk="verification"),
         act("2026-10-08T10:00", "fix", period=Q3),
         *RETURNED, act(JAN_8, "fix", period=Q4),
         act("2027-02-01T10:00", "reprimand", refused="tidak (lagi) memenuhi"),
         act("2027-04-05T10:00", "send", period=Q1),
         act("2027-04-06T10:00", "return", period=Q1, desk="verification"),
         act("2027-04-08T10:00", "fix", period=Q1),
         act("2027-04-19T10:00", "reprimand"), decided("2027-04-22", "approve", channel="email")),
        region=KOTA,
    ),
    Story(
        "missing, and reprimanded by post", 1, 5,
        (PROPOSED, decided("2026-10-22", "approve", channel="post"), act("2026-10-26T10:00", "print_reprimands"),
         act("2026-10-30T10:00", "reprimand_delivered", kind="letter_receipt", on="2026-10-29T09:00")),
        region=KOTA,
    ),
    Story(
        "a reprimand by mail that goes by post too", 1, 4,
        (PROPOSED, decided("2026-10-21", "approve", channel="email"),
         act("2026-11-09T10:00", "reprimand_by_post"), act("2026-11-10T10:00", "print_reprimands"),
         act("2026-11-17T10:00", "reprimand_delivered", kind="visit_minutes", on="2026-11-16T11:00")),
        region=KOTA,
    ),
    Story("a reprimand that a second person refuses", 1, 3,
          (PROPOSED, decided("2026-10-23", "refuse")), region=KOTA),
    Story("a reprimand that nobody decides, taken back", 1, 3,
          (PROPOSED, act("2026-11-02T10:00", "withdraw_reprimand")), region=KOTA),
)  # fmt: skip

ASKED = act(NOV_2, "ask_help")
SESSIONS = (
    Story(
        "a session booked, moved, confirmed and held", 1, 3,
        (ASKED, act("2026-11-02T11:00", "book", starts="2026-11-05T09:00"), act("2026-11-03T10:00", "confirm"),
         act("2026-11-04T10:00", "book", starts="2026-11-10T13:30"), act("2026-11-05T10:00", "confirm"),
         act("2026-11-10T14:05", "record_session", outcome="held"), act("2026-11-11T10:00", "rate")),
        region="63",
    ),
    Story(
        "a session given up, and an answer in writing instead", 1, 3,
        (ASKED, act("2026-11-03T10:00", "book", starts="2026-11-07T09:00", refused=422),
         act("2026-11-03T10:05", "book", starts="2026-11-06T10:00"), act("2026-11-04T15:00", "give_up"),
         act("2026-11-09T10:00", "answer_help")),
    ),
    Story(
        "a session to which nobody came, recorded late", 1, 3,
        (ASKED, act("2026-11-03T10:00", "book", starts="2026-11-12T08:30"),
         act("2026-11-16T10:00", "record_session", outcome="no_show")),
    ),
    Story(
        "a session called off on its day", 1, 3,
        (ASKED, act("2026-11-03T10:00", "book", starts="2026-11-17T10:00"),
         act("2026-11-17T09:00", "give_up", refused=409), act("2026-11-17T09:10", "call_off")),
    ),
)  # fmt: skip

HERE = {"layer": "region", "day": "2027-01-12"}
OWN = {"layer": "organisation", "day": "2027-01-13"}
PAST = "sudah lewat"
DECREES = (
    Story(
        "a day off of its region, which gives a day more", 1, 5,
        (*RETURNED, act("2027-01-08T10:00", "decree_here", **HERE, scope="52"),
         act("2027-01-14T10:00", "fix", period=Q4)),
        region="52",
    ),
    Story(
        "a day off of its own, taken back", 1, 3,
        (*RETURNED, act("2027-01-11T10:00", "decree_here", **OWN),
         act("2027-01-12T10:00", "undo_decree_here", **OWN), act("2027-01-14T10:00", "fix", period=Q4)),
    ),
    Story(
        "a day off of its own, too late to take back", 1, 3,
        (*RETURNED, act("2027-01-11T10:00", "decree_here", **OWN),
         act("2027-01-14T09:00", "undo_decree_here", **OWN, refused=PAST),
         act("2027-01-14T09:05", "decree_back", day="2027-01-13", refused=PAST),
         act("2027-01-14T10:00", "fix", period=Q4)),
    ),
)  # fmt: skip

FIRST_LETTER = act("2026-10-14T10:00", "approve", about=Q3, channel="email")
KINDS = (
    Story(
        "an estate, warned by letter", 1, 4, (FIRST_LETTER,), region="36", type="B",
    ),
    Story(
        "an estate, asked on a visit", 1, 4,
        (act("2026-10-05T10:00", "ask_data", channel="visit"),
         act("2026-10-08T10:00", "receipt", kind="visit_minutes"), act("2026-10-12T10:00", "answer"),
         act("2026-10-15T10:00", "accept_answer")),
        region="36", type="B",
    ),
    Story(
        "whose office is competent, an officer says", 1, 4,
        (act("2026-10-13T10:00", "determine", about=Q3), FIRST_LETTER), scale="unknown",
    ),
    Story(
        "a certificate not verified yet: building for a while", 1, 3,
        (act(NOV_2, "upload", risk="medium_high", replaces="yes"),
         act("2026-11-04T10:00", "find_valid", replaces=True), act("2027-02-01T10:00", "certificate")),
    ),
)  # fmt: skip

SENT = act(JAN_4, "send", period=Q4)
THESE = {"period": Q4, "region": "53"}
REVIEWS = (
    Story(
        "nothing to be seen: verified and approved together with others", 1, 12,
        (SENT, act(JAN_6, "verify_together", **THESE), act(JAN_8, "validate_together", **THESE)), region="53",
    ),
    Story(
        "the same figures twice: looked at by itself", 1, 5,
        (act("2026-10-05T10:00", "send", period=Q3), SENT, act("2027-01-07T10:00", "verify", period=Q4)),
        region="53",
    ),
    Story(
        "two directorates, one after the other", 1, 4,
        (act(NOV_2, "manage_estate"), act("2026-11-04T10:00", "find_valid"), SENT,
         act(JAN_6, "verify", period=Q4), act(JAN_8, "approve_one", period=Q4, directorate="ikma"),
         act("2027-01-11T10:00", "approve_one", period=Q4, directorate="kpaii", last=True)),
    ),
)  # fmt: skip

STORIES = (*SMALL, *REVIEWS, *CLOSURES, *REPRIMANDS, *SESSIONS, *DECREES, *KINDS)
