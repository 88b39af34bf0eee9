"""The package's face."""

from __future__ import annotations

import subprocess
import sys

import pytest

import inspector.query as query


def test_every_name_is_there() -> None:
    assert set(query._HOME) == set(query.__all__)
    for name in query.__all__:
        assert getattr(query, name) is not None
    with pytest.raises(AttributeError):
        query.nothing  # noqa: B018


def test_a_submodule_of_the_same_name_does_not_hide_the_function() -> None:
    code = (
        "import inspector.query.printer, inspector.query.evaluation\n"
        "from inspector.query import parse, unparse, evaluate\n"
        "print(callable(unparse), callable(evaluate), unparse(parse('a')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "a"]


def test_the_path_grammar_loads_without_the_language() -> None:
    code = (
        "import sys, inspector.query.fieldpath; print([m for m in sys.modules if m.startswith('inspector.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "inspector.query.parser" not in done.stdout
    assert "inspector.model" not in done.stdout
