"""What a password must be, how it is hashed and checked, and for how long it is good."""

import asyncio
import calendar
import re
import secrets
import string
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.identity import words

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 1024
MIN_GUESSES: Final = 10**8
"""zxcvbn's border to "safely unguessable" (score 3)."""
JUDGED_LENGTH: Final = 72
"""Guessing is judged on this many characters: the cost grows with their square."""
MIN_CONTEXT_WORD: Final = 4
VALID_MONTHS: Final = 6
"""From the last reset; the ministry's rule since 1 March 2023."""

# OWASP ASVS 5.0, appendix C: argon2id with at least 47,104 KiB, one pass, one lane; about 40 ms here.
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
# Four at a time: 4 x 46 MiB, and the event loop stays free. argon2 lets go of the interpreter lock.
_POOL: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")
_SYMBOL: Final = re.compile(r"[^\w\s]|_")
_WORD: Final = re.compile(r"[^\W\d_]+")


class Rule(NamedTuple):
    """One rule and whether the password keeps it; `label` is a gettext id."""

    id: str
    label: str
    ok: bool


@dataclass(frozen=True)
class Context:
    """What an attacker knows about the person: parts of these may not be in the password."""

    username: str = ""
    email: str = ""
    names: tuple[str, ...] = field(default=())

    def words(self) -> frozenset[str]:
        """Words of four letters or more, in lower case, the product's own included."""
        texts = (self.username, self.email.partition("@")[0], *self.names)
        found = {word.lower() for text in texts for word in _WORD.findall(text)}
        return frozenset(word for word in found | {*words.OURS} if len(word) >= MIN_CONTEXT_WORD)


def rules(password: str, context: Context | None = None) -> list[Rule]:
    """Every rule in the order shown, each ticked or not. For live display and for the final check alike."""
    known = (context or Context()).words()
    return [
        Rule("length", N_("Paling sedikit 12 karakter"), MIN_LENGTH <= len(password) <= MAX_LENGTH),
        Rule("digit", N_("Memuat angka"), any(character.isdigit() for character in password)),
        Rule("capital", N_("Memuat huruf besar"), any(character.isupper() for character in password)),
        Rule("symbol", N_("Memuat simbol"), _SYMBOL.search(password) is not None),
        Rule("context", N_("Tidak memuat nama Anda, perusahaan, atau layanan ini"), _clear(password, known)),
        Rule("guess", N_("Tidak mudah ditebak"), bool(password) and _guesses(password, known) >= MIN_GUESSES),
    ]


def check(password: str, context: Context | None = None, *, field_name: str = "password") -> None:
    """InvalidInput naming every rule that the password breaks."""
    broken = [FieldError(field_name, rule.label) for rule in rules(password, context) if not rule.ok]
    if broken:
        raise InvalidInput(N_("Kata sandi belum memenuhi semua syarat."), fields=broken)


def generate() -> str:
    """A random password that keeps every rule: for demonstrations and machines, shown once and not stored."""
    alphabet = string.ascii_letters + string.digits
    while True:
        groups = ["".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4)]
        password = "-".join(groups)
        if all(rule.ok for rule in rules(password)):
            return password


async def hash_password(password: str) -> str:
    """An argon2id hash of the exact bytes typed, made off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, _HASHER.hash, _bytes(password))


async def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Takes as long without a hash as with one."""
    matches = await asyncio.get_running_loop().run_in_executor(
        _POOL, _matches, password_hash or _NOBODY, _bytes(password)
    )
    return matches and password_hash is not None


def expired(set_at: datetime | None, now: datetime) -> bool:
    """Whether six calendar months have passed since the password was set. Both in real time."""
    return set_at is None or now >= _months_after(set_at, VALID_MONTHS)


def _matches(password_hash: str, password: bytes) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password[: MAX_LENGTH + 1].encode("utf-8", "surrogatepass")


def _clear(password: str, known: Iterable[str]) -> bool:
    lowered = password.lower()
    return bool(password) and not any(word in lowered for word in known)


def _guesses(password: str, known: Iterable[str]) -> float:
    # Imported when first needed: its word lists take 800 kB. The public function would put the words of one
    # person into a dictionary shared by all.
    from zxcvbn import matching, scoring  # noqa: PLC0415

    judged = password[:JUDGED_LENGTH]
    ranked = matching.build_ranked_dict([*sorted(known), *words.COMMON])
    matches = matching.omnimatch(judged, {**matching.RANKED_DICTIONARIES, "user_inputs": ranked})
    return float(scoring.most_guessable_match_sequence(judged, matches)["guesses"])


def _months_after(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


# Of a password nobody can type: what unknown people's passwords are compared with.
_NOBODY: Final = _HASHER.hash(b"\xff\xfe no such person")
