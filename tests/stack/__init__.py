"""The one-machine engine on this machine."""
