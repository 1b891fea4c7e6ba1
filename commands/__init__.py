"""The subcommands of `tenggat`: one module per word, reading arguments and printing answers, nothing else."""
