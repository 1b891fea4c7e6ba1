"""Letters of non-production: declared by the company, accepted or refused by an officer. Never accepted by time."""
