"""Pages for those who build, train and try out: never in production."""
