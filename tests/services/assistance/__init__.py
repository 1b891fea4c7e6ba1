"""Help for companies."""
