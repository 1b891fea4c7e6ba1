"""Several instances side by side: each finds ports of its own, also when they start at the same moment."""

import socket
import subprocess
import sys

from stack import ports

CHOOSE = "from stack import ports; input(); print(*ports.choose(12), *ports.choose(3))"


def test_two_that_choose_at_the_same_moment_choose_different_ports() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CHOOSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    chosen = [process.communicate("\n")[0].split() for process in running]
    assert {len(one) for one in chosen} == {15}
    assert len({port for one in chosen for port in one}) == 60


def test_a_port_that_somebody_listens_on_is_not_chosen() -> None:
    first = ports.choose(1)[0]
    with socket.create_server((ports.LOOPBACK, first + 1)):
        assert ports.choose(1)[0] not in (first, first + 1)
