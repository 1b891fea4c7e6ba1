"""The JSON API: one router per resource. Names are fixed, because other programs use them."""
