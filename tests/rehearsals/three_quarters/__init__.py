"""Nine months of 500 companies: who does what, what should come of it by the rules alone, and what came of it."""
