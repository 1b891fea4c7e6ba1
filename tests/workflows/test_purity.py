"""A workflow is replayed: its module reaches for nothing that may differ the second time."""

import ast
import sys
from pathlib import Path

import pytest

from worker import WORKFLOWS

MODULES = sorted({workflow.__module__ for workflow in WORKFLOWS} | {"workflows.case_process"})
OURS = {"activities", "services", "workflows"}
# Of the standard library, only what computes from its arguments.
ALLOWED = {
    "abc": {"ABC", "abstractmethod"},
    "collections.abc": {"Awaitable", "Callable"},
    "dataclasses": {"dataclass"},
    "datetime": {"timedelta"},
    "itertools": {"count"},
    "temporalio": {"workflow"},
    "temporalio.exceptions": {"ActivityError"},
    "typing": {"Any"},
}
UNSTEADY = {"eval", "exec", "frozenset", "globals", "hash", "id", "input", "open", "print", "set", "vars"}


def source(module: str) -> ast.Module:
    return ast.parse(Path(str(sys.modules[module].__file__)).read_text())


@pytest.mark.parametrize("module", MODULES)
def test_it_imports_only_what_computes(module: str) -> None:
    for node in ast.walk(source(module)):
        assert not isinstance(node, ast.Import), f"{module} line {node.lineno}: import names, not modules"
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] not in OURS:
            names = {alias.name for alias in node.names}
            assert names <= ALLOWED.get(str(node.module), set()), f"{module} line {node.lineno}: {names}"


@pytest.mark.parametrize("module", MODULES)
def test_it_asks_for_nothing_that_varies(module: str) -> None:
    calls = {
        node.func.id
        for node in ast.walk(source(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & UNSTEADY
    assert not any(isinstance(node, ast.Set | ast.SetComp | ast.Global) for node in ast.walk(source(module)))
