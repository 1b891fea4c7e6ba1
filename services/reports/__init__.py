"""Report forms as data, and what companies do with them: fill, check, send."""
