#!/usr/bin/env python3
"""Checks a bundle of evidence offline: python3 VERIFY.py BUNDLE.zip. Needs Python 3.9 and nothing else.

Every byte of the bundle is accounted for: the container itself, each file against the manifest, the manifest against
the seal. Then what the files say: the chain of events, the derivations of dates, the versions of rules and calendars,
the documents, and the anchors. Whoever could write a whole new bundle is caught by what was kept elsewhere: compare
the seal with the one in the log of reads (--seal), and the anchors with your own copy of them (--anchors).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import zipfile
from datetime import datetime
from typing import Any, BinaryIO

FORMAT = "tenggat-evidence/1"
MANIFEST, SEAL = "manifest.json", "SEAL.txt"
EPOCH = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20


def entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    """How every file of a bundle stands in it: not compressed, without time, owner or system."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Bundle:
    """A bundle and what was found wrong in it."""

    def __init__(self, file: BinaryIO, opened: zipfile.ZipFile) -> None:
        self.file = file
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.zip = opened
        self.manifest: dict[str, Any] = {}

    def wrong(self, problem: str) -> None:
        self.problems.append(problem)

    def json(self, name: str) -> Any:
        return json.loads(self.zip.read(name))

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self.zip.read(name).decode().splitlines() if line]

    def names(self, folder: str) -> list[str]:
        return [name for name in self.zip.namelist() if name.startswith(folder)]

    def check(self) -> None:
        """Every check, in order; later ones rely on earlier ones and are left out when those fail."""
        for step in (check_container, check_manifest):
            step(self)
            if self.problems:
                return
        for step in (check_chain, check_dates, check_enclosed, check_rules, check_calendars, check_documents,
                     check_anchors):  # fmt: skip
            step(self)


def check_container(bundle: Bundle) -> None:
    """The same files written again give the same bytes: nothing hides between or behind them."""
    if any(info.compress_type != zipfile.ZIP_STORED for info in bundle.zip.infolist()):
        bundle.wrong("container: a file in it is compressed")
        return
    with tempfile.TemporaryFile() as again:
        with zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as copy:
            for info in bundle.zip.infolist():
                with (
                    bundle.zip.open(info) as source,
                    copy.open(entry(info.filename, info.file_size), "w") as out,
                ):
                    while block := source.read(BLOCK):
                        out.write(block)
        if digest_of(again) != digest_of(bundle.file):
            bundle.wrong("container: the ZIP file holds other bytes than its files account for")


def digest_of(file: BinaryIO) -> str:
    hashed = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        hashed.update(block)
    return hashed.hexdigest()


def check_manifest(bundle: Bundle) -> None:
    """The seal covers the manifest, the manifest covers every other file."""
    names = bundle.zip.namelist()
    if names[-2:] != [MANIFEST, SEAL] or len(set(names)) != len(names):
        bundle.wrong("manifest: missing, or not where it belongs")
        return
    text = bundle.zip.read(MANIFEST)
    bundle.manifest = json.loads(text)
    if bundle.manifest.get("format") != FORMAT:
        bundle.wrong(f"manifest: this script checks {FORMAT}")
    if bundle.zip.read(SEAL).decode() != sha256(text) + "\n":
        bundle.wrong("seal: it is not the seal of this manifest")
    listed = {line["path"]: line for line in bundle.manifest["files"]}
    if list(listed) != names[:-2]:
        bundle.wrong("manifest: it lists other files than the bundle holds")
        return
    for name, line in listed.items():
        with bundle.zip.open(name) as file:
            hashed, size = hashlib.sha256(), 0
            while block := file.read(BLOCK):
                hashed.update(block)
                size += len(block)
        if (hashed.hexdigest(), size) != (line["sha256"], line["size"]):
            bundle.wrong(f"{name}: altered since the bundle was made")


def check_chain(bundle: Bundle) -> None:
    """Each event carries the hash of the one before it, from the first to the end of the chain."""
    previous, case = "", bundle.manifest["case"]["id"]
    events = bundle.lines("timeline.jsonl")
    for number, line in enumerate(events, 1):
        said = json.loads(line["hashed_text"])
        if sha256(line["hashed_text"].encode()) != line["hash"]:
            bundle.wrong(f"timeline: event {number} was altered: its text does not give its hash")
        if (said["case"], said["seq"], line["seq"]) != (case, number, number):
            bundle.wrong(f"timeline: event {number} is missing, doubled or of another case")
        if said["previous"] != previous:
            bundle.wrong(f"timeline: event {number} does not follow the one before it")
        previous = line["hash"]
    end = bundle.manifest["chain"]
    if (len(events), previous) != (end["events"], end["last_hash"]):
        bundle.wrong("timeline: the chain does not end where the case says")


def check_dates(bundle: Bundle) -> None:
    """Each derivation has the fingerprint under which its reasons were stored, and gives both readings it says."""
    for line in bundle.json("deadlines.json") + bundle.json("windows.json"):
        why = line["derivation"]
        rule, due, lenient, steps, recipe = json.loads(why["hashed_text"])
        same = (rule, steps, recipe) == (why["rule"], why["steps"], why["recipe"])
        same = same and (instant(due), instant(lenient)) == (why["due_before"], why["lenient_before"])
        if sha256(why["hashed_text"].encode()) != why["digest"] or not same:
            bundle.wrong(f"deadlines: the derivation of {line['name']} was altered")
        for version in filter(None, (why["calendar_version"] or "").split(",")):
            if f"calendars/{version}.json" not in bundle.zip.namelist():
                bundle.notes.append(f"{line['name']}: calendar {version} can no longer be rebuilt")


def instant(text: str | None) -> str | None:
    """An instant as rows are enclosed: the fingerprint is of another spelling of the same moment."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).isoformat() if text else None


def check_enclosed(bundle: Bundle) -> None:
    """The duty that is warned about has its dates here; a correction has its window, as its row tells it."""
    rows = bundle.json("records.json")
    dated = {line["case_id"] for line in bundle.json("deadlines.json")}
    for ladder in rows.get("warning_ladder", []):
        if ladder["obligation_id"] not in dated:
            bundle.wrong(f"deadlines: those of the duty {ladder['obligation_id']} are missing")
    told = ("case_id", "window_id", "shown_before", "refused_from")
    asked = sorted(tuple(row[name] for name in told) for row in rows.get("rollback", []))
    enclosed = bundle.json("windows.json")
    if asked != sorted(tuple(w[name] for name in ("rollback", *told[1:])) for w in enclosed):
        bundle.wrong("windows: not those in which corrections were asked for")
    for window in enclosed:
        why = window["derivation"]
        readings = (why["due_before"], why["lenient_before"] or why["due_before"])
        if readings != (window["shown_before"], window["refused_from"]):
            bundle.wrong(f"windows: the window of {window['rollback']} is not what its derivation gives")


def check_rules(bundle: Bundle) -> None:
    """A version of the rules is named by the SHA-256 of its canonical text."""
    for name in bundle.names("rules/"):
        if name != f"rules/{sha256(bundle.zip.read(name))}.json":
            bundle.wrong(f"{name}: not the version it says")
    wanted = bundle.manifest["case"]["rules"]
    if wanted and f"rules/{wanted}.json" not in bundle.zip.namelist():
        bundle.wrong("rules: the version the case runs under is not enclosed")


def check_calendars(bundle: Bundle) -> None:
    """A calendar's version is the beginning of the SHA-256 of all it states."""
    for name in bundle.names("calendars/"):
        if name != f"calendars/{sha256(bundle.zip.read(name))[:16]}.json":
            bundle.wrong(f"{name}: not the version it says")


def check_documents(bundle: Bundle) -> None:
    """Each enclosed document is the one that was stored."""
    for line in bundle.json("documents.json"):
        if line["enclosed"] and sha256(bundle.zip.read(line["enclosed"])) != line["sha256"]:
            bundle.wrong(f"{line['enclosed']}: not the document that was stored ({line['filename']})")


def check_anchors(bundle: Bundle) -> None:
    """The anchors follow one another, and each event up to the last is among those its anchor covers."""
    anchors = bundle.lines("anchors.jsonl")
    before: dict[str, Any] | None = None
    for number, anchor in enumerate(anchors):
        name = f"anchors/{number:05d}.hashes"
        if name in bundle.zip.namelist():
            text = bundle.zip.read(name)
            if sha256((before["digest"].encode() if before else b"") + text) != anchor["digest"]:
                bundle.wrong(f"anchors: the events of anchor {number + 1} are not those it covers")
            hashes = {text[start : start + 32].hex() for start in range(0, len(text), 32)}
            if anchor["events"] - (before["events"] if before else 0) != len(text) // 32:
                bundle.wrong(f"anchors: anchor {number + 1} covers another number of events")
            first = before["last_event"] if before else 0
            for line in bundle.lines("timeline.jsonl"):
                if first < line["id"] <= anchor["last_event"] and line["hash"] not in hashes:
                    bundle.wrong(f"anchors: event {line['seq']} is not among those anchored")
        before = anchor
    last = anchors[-1]["last_event"] if anchors else 0
    later = sum(line["id"] > last for line in bundle.lines("timeline.jsonl"))
    if later:
        bundle.notes.append(f"{later} events are younger than the last anchor")
    for number in bundle.manifest["anchors_not_enclosed"]:
        bundle.notes.append(f"anchor {number + 1} covers too many events to be enclosed")


def check_elsewhere(bundle: Bundle, seal: str | None, anchors: str | None) -> None:
    """What was kept where nobody who writes bundles can write."""
    if seal and bundle.zip.read(SEAL).decode().strip() != seal.strip().lower():
        bundle.wrong("seal: not the one you gave")
    if anchors:
        with open(anchors, encoding="utf-8") as lines:  # noqa: PTH123 -- plain Python, as a stranger reads it
            kept = [json.loads(line) for line in lines if line.strip()]
        enclosed = bundle.lines("anchors.jsonl")
        if kept[: len(enclosed)] != enclosed[: len(kept)]:
            bundle.wrong("anchors: not those of your own copy")


def verify(
    file: BinaryIO, *, seal: str | None = None, anchors: str | None = None
) -> tuple[list[str], list[str]]:
    """What is wrong with a bundle (nothing: it holds), and what is worth knowing."""
    try:
        with zipfile.ZipFile(file) as opened:
            bundle = Bundle(file, opened)
            bundle.check()
            if not bundle.problems:
                check_elsewhere(bundle, seal, anchors)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, EOFError, NotImplementedError,
            RuntimeError, OSError, AttributeError, UnicodeError) as error:  # fmt: skip
        return [f"not a bundle that can be read: {error!r}"], []
    return bundle.problems, bundle.notes


def main() -> int:
    """0: it holds. 1: it does not. 2: not understood."""
    options = argparse.ArgumentParser(description="Check a bundle of evidence, offline.")
    options.add_argument("bundle")
    options.add_argument("--seal", help="the seal as it was noted when the bundle was handed out")
    options.add_argument("--anchors", help="your own copy of the anchor file")
    given = options.parse_args()
    with open(given.bundle, "rb") as file:  # noqa: PTH123 -- plain Python, as a stranger reads it
        problems, notes = verify(file, seal=given.seal, anchors=given.anchors)
    for line in problems:
        sys.stdout.write(f"WRONG  {line}\n")
    for line in notes:
        sys.stdout.write(f"note   {line}\n")
    sys.stdout.write("the bundle does not hold\n" if problems else "the bundle holds\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
