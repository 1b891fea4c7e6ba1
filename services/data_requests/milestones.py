"""What the process of a request waits for, question by question. Once reached, a milestone stays."""


def received(question: int) -> str:
    """The receipt of this question is proven."""
    return f"received_at/{question}"


def asked_again(question: int) -> str:
    """The answer to this question was followed by another question; an accepted one ends the case instead."""
    return f"asked_again_at/{question}"
