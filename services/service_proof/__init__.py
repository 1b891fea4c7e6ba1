"""Did it arrive? Evidence of receipt, what it proves by policy, and what mail systems report back."""
