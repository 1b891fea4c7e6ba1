"""How a long-running process of ours treats what it loaded at its start."""

import gc

# A pause for everything there is, a tenth of a second with all our libraries loaded, becomes rare.
YOUNG, MIDDLE, OLD = 20_000, 20, 50


def settle() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again while people wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
