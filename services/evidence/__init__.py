"""A case as evidence: one ZIP with all that proves it, and the script that checks it without anything of ours."""
