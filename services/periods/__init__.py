"""The quarterly cycle for everyone: planned, opened, reminded, due, summed up. Set-based throughout."""
