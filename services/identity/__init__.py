"""Who someone is and what they may do: people, passwords, sessions, keys, permissions, limits, logs."""
