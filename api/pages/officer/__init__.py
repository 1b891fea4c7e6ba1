"""The officials' pages: what waits, each case with its whole story, the decisions."""
