"""Pages of a company: what it owes, its data, its reports."""
