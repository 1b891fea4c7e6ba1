"""How a username is written: what is stored, and what two spellings have in common."""

import re
from typing import Final

from services.errors import InvalidInput
from services.i18n import N_

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


def normalise(typed: str) -> str:
    """Lower case, no spaces around; InvalidInput when no username looks like that."""
    username = typed.strip().lower()
    if _USERNAME.fullmatch(username) is None:
        raise InvalidInput(
            N_("Nama pengguna: huruf kecil, angka, titik, garis, atau @, paling sedikit 2 karakter."),
            field="username",
        )
    return username
