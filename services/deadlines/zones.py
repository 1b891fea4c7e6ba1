"""Which clock hangs on the wall: the time zone of every province."""

from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
WIT = ZoneInfo("Asia/Jayapura")

# Province codes of the Ministry of Home Affairs; the zones are those of Keppres 41/1987. No daylight saving.
PROVINCES: dict[str, tuple[str, ZoneInfo]] = {
    "11": ("Aceh", WIB),
    "12": ("Sumatera Utara", WIB),
    "13": ("Sumatera Barat", WIB),
    "14": ("Riau", WIB),
    "15": ("Jambi", WIB),
    "16": ("Sumatera Selatan", WIB),
    "17": ("Bengkulu", WIB),
    "18": ("Lampung", WIB),
    "19": ("Kepulauan Bangka Belitung", WIB),
    "21": ("Kepulauan Riau", WIB),
    "31": ("DKI Jakarta", WIB),
    "32": ("Jawa Barat", WIB),
    "33": ("Jawa Tengah", WIB),
    "34": ("DI Yogyakarta", WIB),
    "35": ("Jawa Timur", WIB),
    "36": ("Banten", WIB),
    "51": ("Bali", WITA),
    "52": ("Nusa Tenggara Barat", WITA),
    "53": ("Nusa Tenggara Timur", WITA),
    "61": ("Kalimantan Barat", WIB),
    "62": ("Kalimantan Tengah", WIB),
    "63": ("Kalimantan Selatan", WITA),
    "64": ("Kalimantan Timur", WITA),
    "65": ("Kalimantan Utara", WITA),
    "71": ("Sulawesi Utara", WITA),
    "72": ("Sulawesi Tengah", WITA),
    "73": ("Sulawesi Selatan", WITA),
    "74": ("Sulawesi Tenggara", WITA),
    "75": ("Gorontalo", WITA),
    "76": ("Sulawesi Barat", WITA),
    "81": ("Maluku", WIT),
    "82": ("Maluku Utara", WIT),
    "91": ("Papua", WIT),
    "92": ("Papua Barat", WIT),
    "93": ("Papua Selatan", WIT),
    "94": ("Papua Tengah", WIT),
    "95": ("Papua Pegunungan", WIT),
    "96": ("Papua Barat Daya", WIT),
}


class UnknownRegionError(ValueError):
    """A region code that starts with no province."""


def zone_of(region_code: str) -> ZoneInfo:
    """The time zone of a region by its code, of whatever depth ("64", "64.72", "6472051")."""
    try:
        return PROVINCES[region_code[:2]][1]
    except KeyError:
        raise UnknownRegionError(f"region {region_code!r} lies in no province") from None
