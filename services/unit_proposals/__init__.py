"""Units of quantity that the list lacks: proposed by a company, decided by an administrator, then for everybody."""
