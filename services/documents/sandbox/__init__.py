"""What looks inside uploaded files, in a process of its own that may be killed at any time.

Nothing here may import the rest of the service: the process starts in a fraction of a second because it
loads two parsers and no more, and it has no settings, no database and no secrets to lose.
"""
