"""A case's whole story: what happened, in sentences, and what will happen if nobody does anything."""
