"""Activities: one service call, one transaction, keyed and safe to run twice."""
