"""The collector rests while any thread is inside, and is as it was afterwards."""

from __future__ import annotations

import gc
import weakref

import pytest

from inspector.collector import collect_again, uncollected


def test_it_is_back_after_the_last_one_has_left() -> None:
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="odd"), uncollected():
        raise ValueError("odd")
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_objects_of_very_many_spans_are_left_alone_later_and_freed_all_the_same() -> None:
    class Kept:
        pass

    before = gc.get_freeze_count()
    try:
        with uncollected(20_000):
            kept = Kept()
            gone = weakref.ref(kept)
        assert gc.get_freeze_count() > before
        del kept
        assert gone() is None
    finally:
        gc.unfreeze()


def test_after_a_start_what_was_imported_is_left_alone() -> None:
    before = gc.get_freeze_count()
    gc.disable()
    try:
        collect_again()
        assert gc.isenabled()
        assert gc.get_freeze_count() > before
    finally:
        gc.enable()
        gc.unfreeze()


def test_a_start_that_ends_inside_waits_for_the_last_one() -> None:
    gc.disable()
    try:
        with uncollected():
            collect_again()
            assert not gc.isenabled()
        assert gc.isenabled()
    finally:
        gc.enable()
