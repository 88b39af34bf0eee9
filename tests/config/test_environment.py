"""One variable for every key, in the shape its type wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.config import KEYS, Config, load
from inspector.errors import UsageError

NOWHERE = Path("/nonexistent/inspector.toml")


def read(**environ: str) -> Config:
    return load(None, environ=environ, system=NOWHERE)


@pytest.mark.parametrize("word", ["true", "1", "Yes", "ON"])
def test_flags_on(word: str) -> None:
    assert read(INSPECTOR_EXPORT__STABLE_TAGS=word).flag("export.stable_tags")


@pytest.mark.parametrize("word", ["false", "0", "No", "OFF"])
def test_flags_off(word: str) -> None:
    assert not read(INSPECTOR_UI__MOUSE=word).flag("ui.mouse")


def test_shapes() -> None:
    config = read(
        INSPECTOR_UI__COLUMNS="name, dur ,cost",
        INSPECTOR_ALERTS__COMMAND='["notify", "a, b"]',
        INSPECTOR_INDEX__WORKERS="3",
        INSPECTOR_RETENTION__MAX_SHARE="0.25",
        INSPECTOR_PROFILE="pci",
        INSPECTOR_REDACTION__TYPES__IP="replace",
        INSPECTOR_REDACTION__TYPES='{ "credential.openai" = "mask" }',
        INSPECTOR_REDACTION__KEYS__ALLOW_ALL="true",
        INSPECTOR_RETENTION__ENVIRONMENT__PRODUCTION="90d",
        INSPECTOR_RETENTION__RULE='[{ name = "a", query = "pii:any", keep = "24h" }]',
    )
    assert config.texts("ui.columns") == ("name", "dur", "cost")
    assert config.texts("alerts.command") == ("notify", "a, b")
    assert config.whole("index.workers") == 3
    assert config.number("retention.max_share") == 0.25
    assert config.table("redaction")["types"] == {
        "ip": "replace",
        "credential.openai": "mask",
        "card": "replace",
        "iban": "replace",
    }
    assert config.table("redaction")["keys"] == {"allow_all": True}
    assert config.duration("retention.environment.production") == 90 * 86_400 * 10**9
    assert config.rows("retention.rule")[0]["query"] == "pii:any"


def test_every_key_outside_lists_and_chosen_words_has_its_own_variable() -> None:
    names = [v for k in KEYS if (v := k.variable)]
    assert len(names) == len(set(names))
    for key in KEYS:
        if key.variable and isinstance(key.default, str):
            assert read(**{key.variable: key.default}).source(key.name) == f"environment {key.variable}"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("INSPECTOR_UI__THME", "INSPECTOR_UI__THEME"),
        ("INSPECTOR_UI_THEME", "INSPECTOR_UI__THEME"),
        ("INSPECTOR_REDACTION_ENABLED", "INSPECTOR_REDACTION__ENABLED"),
    ],
)
def test_a_variable_that_is_nearly_one_is_refused(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(**{name: "S3CRET"})
    assert name in caught.value.what
    assert caught.value.fix == f"Did you mean {near}?"


def test_variables_of_others_are_left_alone() -> None:
    assert list(read(INSPECTOR_HOME="/x", INSPECTOR_STATE_DIR="/y", INSPECTORX="1", PATH="/bin")) == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("INSPECTOR_UI__MOUSE", "wants true or false"),
        ("INSPECTOR_INDEX__WORKERS", "wants a whole number"),
        ("INSPECTOR_UI", "names a section"),
        ("INSPECTOR_RETENTION__RULE", "wants a value in TOML's notation"),
        ("INSPECTOR_REDACTION__TYPES", "wants a value in TOML's notation"),
    ],
)
def test_a_wrong_value_is_never_quoted(name: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(**{name: "S3CRET value"})
    assert name in caught.value.what
    assert what in caught.value.what
    assert "S3CRET" not in caught.value.what + caught.value.fix
