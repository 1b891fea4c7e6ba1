"""Registration of an account: what a company sends, what the UPP decides (Permenperin 38/2018)."""
