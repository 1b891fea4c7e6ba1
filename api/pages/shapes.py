"""What the shared parts of pages are fed with: small frozen records, filled by routes from services.

All texts are translated already. Instants are aware; money is whole rupiah.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Option:
    """A choice of a select, radios or checkboxes; with `options` it is a group of choices."""

    value: str
    label: str
    hint: str = ""
    options: Sequence["Option"] = ()


@dataclass(frozen=True)
class StoredFile:
    """A file that an earlier upload left. `token` carries it on in a form that keeps several."""

    name: str
    size: int
    href: str = ""
    token: str = ""


@dataclass(frozen=True)
class Field:
    """A form field as data.

    type: text, textarea, number, integer, money, date, year, select, radios, yes_no, checkboxes, file, note.
    `visible_when` is a condition as in the form files ({"field": "exported", "is": true}; in, contains, all,
    any, not) over fields of the same page; conditions on other pages are settled before. `elsewhere` is the
    way out when no answer fits, explained by `aside`; it opens beside the form, so that nothing typed is lost.
    """

    name: str
    type: str
    label: str
    hint: str = ""
    required: bool = True
    default: str = ""
    options: Sequence[Option] = ()
    unit: str = ""
    previous: int | None = None
    width: str = "full"
    visible_when: Mapping[str, Any] | None = None
    stored: StoredFile | None = None
    elsewhere: "Action | None" = None
    aside: str = ""


@dataclass(frozen=True)
class Grid:
    """Fields as a table, in their places: `groups` are (label, columns), `rows` (label, fields)."""

    label: str
    groups: Sequence[tuple[str, Sequence[str]]]
    rows: Sequence[tuple[str, Sequence[Field]]]
    type: str = "grid"
    visible_when: None = None
    elsewhere: None = None
    aside: str = ""


@dataclass(frozen=True)
class PasswordRule:
    """A rule of a new password and the regular expression (over the whole password) that meets it."""

    label: str
    pattern: str


@dataclass(frozen=True)
class Action:
    """A link that looks like a button. kind: primary, secondary, danger, quiet."""

    label: str
    href: str
    kind: str = "primary"


@dataclass(frozen=True)
class ExtensionView:
    """The extension that moved a deadline."""

    instrument: str
    reason: str = ""


@dataclass(frozen=True)
class DeadlineView:
    """A deadline as people see it. `due_before` is exclusive; `reasons` are its derivation, in order.

    `letter` is where the explanation is printed.
    """

    label: str
    due_before: datetime
    base_before: datetime | None = None
    lenient_before: datetime | None = None
    met_at: datetime | None = None
    paused_since: datetime | None = None
    reasons: Sequence[str] = ()
    extension: ExtensionView | None = None
    letter: str = ""


@dataclass(frozen=True)
class Duty:
    """Something owed: what, by when, why that date, what happens next, what to do now."""

    title: str
    kind: str
    status: str
    subtitle: str = ""
    deadline: DeadlineView | None = None
    next: str = ""
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class PastEvent:
    """A line of the timeline. `at` is the legal moment; tone as in the style sheet, or empty."""

    at: datetime
    title: str
    actor: str
    recorded_at: datetime | None = None
    detail: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tone: str = ""


@dataclass(frozen=True)
class FutureStep:
    """What will happen. Without `at` it waits for something; not `certain`: unless something comes before.

    `reasons` say why at that moment, in order.
    """

    title: str
    at: datetime | None = None
    detail: str = ""
    basis: str = ""
    certain: bool = True
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class DocumentRow:
    """A stored document. `state` is a key of labels.DOCUMENT, or empty."""

    name: str
    href: str
    size: int
    type: str
    uploaded_at: datetime
    state: str = ""


@dataclass(frozen=True)
class MessageRow:
    """A message of a case. `state` is a key of labels.MESSAGE; `recipient` is masked where it must be."""

    subject: str
    recipient: str
    state: str
    at: datetime
    detail: str = ""
    href: str = ""


@dataclass(frozen=True)
class NoteRow:
    """What an officer wrote for colleagues."""

    author: str
    written_at: datetime
    body: str


@dataclass(frozen=True)
class CaseRow:
    """A line of a queue or a search. `kind` and `status` are codes; `waiting_since` shows its age."""

    href: str
    title: str
    kind: str
    status: str
    subtitle: str = ""
    region: str = ""
    period: str = ""
    assignee: str = ""
    deadline: DeadlineView | None = None
    waiting_since: datetime | None = None
    stuck: bool = False
    held: bool = False
    half: bool = False
    """Half of the time that the office gives itself is gone."""


@dataclass(frozen=True)
class Step:
    """A step of a progress line. state: done, current, todo, problem."""

    label: str
    state: str
    detail: str = ""
    href: str = ""


@dataclass(frozen=True)
class Tab:
    """A tab; each is a page of its own."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Tile:
    """A figure with its name. tone as in the style sheet, or empty."""

    label: str
    value: str
    hint: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True)
class Column:
    """A table's column. `sort` is the address that sorts by it; `sorted` is asc, desc or empty."""

    label: str
    numeric: bool = False
    sort: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row of typed-in data: cells as they are shown, in the order of the columns."""

    id: str
    cells: Sequence[str | Markup]


@dataclass(frozen=True)
class Paging:
    """Where the neighbouring pages are. Without `total` nobody counted."""

    shown: int
    total: int | None = None
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Check:
    """A line of a completeness list: what, whether it is fulfilled, where to fulfil it."""

    label: str
    done: bool
    href: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Search:
    """The filters of a list: what was asked, and what may be asked."""

    values: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict)
