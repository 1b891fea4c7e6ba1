"""Code lists any part may ask (regions, KBLI, units, countries, HS) and the shape of identifiers. Pure."""
