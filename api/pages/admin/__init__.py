"""The administrators' pages: periods, extensions, health, people, the rehearsal clock, who read what."""
