"""One file per process, readable as the procedure it models."""
