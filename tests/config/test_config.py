"""Where values come from, which one wins, and what is said of mistakes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inspector.config import KEYS, PROFILES, Config, load
from inspector.config.check import find
from inspector.errors import UsageError
from inspector.redaction.policy import parse_policy

NOWHERE = Path("/nonexistent/inspector.toml")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, text: str, **environ: str) -> Config:
    return load(None, write(tmp_path / "given.toml", text), environ=environ, system=NOWHERE)


def refused(tmp_path: Path, text: str, **environ: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text, **environ)
    return caught.value


def test_nothing_set_gives_defaults_and_says_so() -> None:
    config = load(None, environ={}, system=NOWHERE)
    assert config.text("ui.theme") == "dark"
    assert config.source("ui.theme") == "default"
    assert config.flag("redaction.enabled")
    assert config.duration("access.idle") == 300 * 10**9
    assert config.size("index.cache_max") == 2 * 10**9
    assert config.texts("encryption.fields") == ("authorization", "api_key", "password")
    assert config.path("audit.folder") is None
    assert not config.has("retention")
    assert list(config) == []


def test_later_places_win_key_by_key(tmp_path: Path) -> None:
    system = write(
        tmp_path / "etc.toml", '[ui]\ntheme = "one"\nkeymap = "one"\nline = "one"\ntime = "local"\n'
    )
    write(tmp_path / "home" / "inspector.toml", '[ui]\ntheme = "two"\nkeymap = "two"\nline = "two"\n')
    named = write(tmp_path / "named.toml", '[ui]\ntheme = "three"\nkeymap = "three"\n')
    given = write(tmp_path / "given.toml", '[ui]\ntheme = "four"\n')
    config = load(tmp_path / "home", given, environ={"INSPECTOR_CONFIG": str(named)}, system=system)
    assert [config.text(f"ui.{k}") for k in ("theme", "keymap", "line", "time")] == [
        "four",
        "three",
        "two",
        "local",
    ]
    assert config.source("ui.theme") == f"file {given}:2"
    assert config.source("ui.keymap") == f"file {named}:3"
    assert config.source("ui.line") == f"file {tmp_path / 'home' / 'inspector.toml'}:4"
    assert config.source("ui.time") == f"file {system}:5"


def test_the_environment_beats_files_and_options_beat_all(tmp_path: Path) -> None:
    given = write(tmp_path / "given.toml", '[ui]\ntheme = "file"\nkeymap = "file"\n')
    environ = {"INSPECTOR_UI__THEME": "variable", "INSPECTOR_UI__KEYMAP": "variable"}
    config = load(None, given, environ=environ, options={"ui.theme": "typed"}, system=NOWHERE)
    assert (config.text("ui.theme"), config.source("ui.theme")) == ("typed", "option")
    assert config.text("ui.keymap") == "variable"
    assert config.source("ui.keymap") == "environment INSPECTOR_UI__KEYMAP"


def test_a_policy_file_is_laid_over_the_rest_and_holds_two_sections_only(tmp_path: Path) -> None:
    given = write(tmp_path / "given.toml", '[redaction.types]\nip = "keep"\nemail = "mask"\n')
    policy = write(tmp_path / "policy.toml", '[redaction.types]\nip = "replace"\n')
    environ = {"INSPECTOR_REDACTION__TYPES__IP": "hash"}
    config = load(None, given, policy, environ=environ, system=NOWHERE)
    assert config.table("redaction") == {"types": {"ip": "replace", "email": "mask"}}
    write(policy, '[redaction]\nenabled = true\n[ui]\ntheme = "x"\n')
    with pytest.raises(UsageError, match=r"policy\.toml:3: `ui` can't stand in a policy file"):
        load(None, None, policy, environ={}, system=NOWHERE)


def test_what_is_installed_can_be_told_from_what_is_given(tmp_path: Path) -> None:
    write(tmp_path / "home" / "inspector.toml", 'profile = "hipaa"\n[redaction]\nenabled = true\n')
    environ = {"INSPECTOR_REDACTION__ENABLED": "false", "INSPECTOR_PROFILE": "dev"}
    config = load(tmp_path / "home", environ=environ, system=NOWHERE)
    assert not config.flag("redaction.enabled")
    assert config.text("profile") == "dev"
    installed = config.installed()
    assert installed.flag("redaction.enabled")
    assert installed.texts("redaction.packs") == ("default", "phi")


def test_the_working_folder_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "inspector.toml", '[ui]\ntheme = "planted"\n')
    write(tmp_path / "inspector" / "inspector.toml", '[ui]\ntheme = "planted"\n')
    monkeypatch.chdir(tmp_path)
    config = load(Path("inspector"), environ={}, system=Path("inspector.toml"))
    assert config.text("ui.theme") == "dark"
    with pytest.raises(UsageError, match="isn't an absolute path"):
        load(None, environ={"INSPECTOR_CONFIG": "inspector.toml"}, system=NOWHERE)


def test_named_files_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no config file"):
        load(None, tmp_path / "gone.toml", environ={}, system=NOWHERE)
    with pytest.raises(UsageError, match="There is no config file"):
        load(None, environ={"INSPECTOR_CONFIG": str(tmp_path / "gone.toml")}, system=NOWHERE)
    with pytest.raises(UsageError, match="can't be read"):
        load(None, tmp_path, environ={}, system=NOWHERE)


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ('[ui]\nthme = "x"\n', 2, "`ui.thme`", "`ui.theme`"),
        ("\n\n[redactoin]\nenabled = true\n", 3, "`redactoin`", "`redaction`"),
        ('profle = "dev"\n', 1, "`profle`", "`profile`"),
        (
            '[[retention.rule]]\nname = "a"\nkep = "1d"\n',
            3,
            "`retention.rule[].kep`",
            "`retention.rule[].keep`",
        ),
        ('[ui]\ncache_max = "1gb"\n', 2, "`ui.cache_max`", "`index.cache_max`"),
        ('[roles.qa.session]\nidel = "1m"\n', 2, "`roles.qa.session.idel`", "`roles.qa.session.idle`"),
        ('ui = { thme = "x" }\n', 1, "`ui.thme`", "`ui.theme`"),
        ('[ui]\nline = """\n[index]\nthme = 1\n"""\nmuose = true\n', 6, "`ui.muose`", "`ui.mouse`"),
        ('[ui]\ncolumns = [\n  "a", # ]\n  "b",\n]\nmuose = true\n', 6, "`ui.muose`", "`ui.mouse`"),
    ],
)
def test_an_unknown_key_is_named_with_its_line_and_the_nearest(
    tmp_path: Path, text: str, line: int, key: str, near: str
) -> None:
    error = refused(tmp_path, text)
    assert error.what == f"{tmp_path / 'given.toml'}:{line}: {key} is no key of inspector's."
    assert error.fix == f"Did you mean {near}?"
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[ui]\nmouse = "S3CRET"\n', "`ui.mouse` wants true or false"),
        ("[access]\nidle = 5\n", '`access.idle` wants a duration such as "30d"'),
        ('[access]\nidle = "S3CRET"\n', '`access.idle` wants a duration such as "30d"'),
        ('[index]\ncache_max = "S3CRET"\n', '`index.cache_max` wants a size such as "2gb"'),
        ("[index]\nworkers = -1\n", "`index.workers` wants a whole number"),
        ("[index]\nworkers = true\n", "`index.workers` wants a whole number"),
        ("[retention]\nmax_share = 1.5\n", "`retention.max_share` wants a number from 0 to 1"),
        ('[ui]\ncolumns = ["S3CRET", 1]\n', "`ui.columns` wants a list of texts"),
        ('[ui]\nascii = "S3CRET"\n', '`ui.ascii` wants one of "auto", "on", "off"'),
        ('profile = "hippa"\n', 'most likely "hipaa"'),
        ('ui = "S3CRET"\n', "`ui` is a section, not a value"),
        ("[ui.theme]\nx = 1\n", "`ui.theme` wants text"),
        ('[retention]\nrule = "S3CRET"\n', "`retention.rule` wants a list of tables"),
        ("[redaction]\nrule = 2020-01-01\n", "is a date or time; write it in quotes"),
        ('[ui]\ntheme = "S3CRET\n', ":2 isn't valid TOML"),
        ('"S3CRET with = signs" = 1\n', "a key is no key of inspector's"),
    ],
)
def test_a_wrong_value_is_named_by_place_and_never_quoted(tmp_path: Path, text: str, what: str) -> None:
    error = refused(tmp_path, text)
    assert what in error.what
    assert "given.toml" in error.what
    assert "S3CRET" not in error.what + error.fix


def test_files_that_are_no_config_are_refused(tmp_path: Path, stores: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"[ui]\ntheme = '\xff'\n")
    with pytest.raises(UsageError, match=r"isn't UTF-8 \(byte 14\)"):
        load(None, binary, environ={}, system=NOWHERE)
    write(binary, "#" * 4_000_001)
    with pytest.raises(UsageError, match="larger than 4 MB"):
        load(None, binary, environ={}, system=NOWHERE)
    write(binary, "redaction.rule = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(UsageError, match="nested too deep"):
        load(None, binary, environ={}, system=NOWHERE)


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "given.toml"
    path.write_bytes(b'\xef\xbb\xbf[ui]\r\ntheme = "light"\r\n')
    config = load(None, path, environ={}, system=NOWHERE)
    assert config.source("ui.theme") == f"file {path}:2"


def test_an_empty_section_counts_as_set(tmp_path: Path) -> None:
    assert read(tmp_path, "[retention]\n").has("retention")
    assert not read(tmp_path, "[ui]\n").has("retention")


def test_paths_are_taken_from_the_files_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    config = read(tmp_path, '[audit]\nfolder = "log"\n[formats]\nmappings = ["~/a.toml", "/b.toml"]\n')
    assert config.path("audit.folder") == tmp_path / "log"
    assert config.paths("formats.mappings") == (Path("/home/somebody/a.toml"), Path("/b.toml"))
    assert "absolute path" in refused(tmp_path, "", INSPECTOR_AUDIT__FOLDER="log").what


def test_where_the_log_goes_is_settled_by_the_first_file_that_says_so(tmp_path: Path) -> None:
    machine = write(tmp_path / "machine.toml", '[audit]\nfolder = "/log"\n[alerts]\nenabled = true\n')
    mine = write(tmp_path / "mine.toml", '[audit]\nfolder = "/mine"\ncheckpoint_every = 10\n')
    nobody = tmp_path / "nobody"
    for environ in ({"INSPECTOR_AUDIT__FOLDER": "/mine"}, {"INSPECTOR_ALERTS__ENABLED": "false"}):
        with pytest.raises(UsageError) as refusal:
            load(nobody, environ=environ, system=machine)
        assert f"{machine}:" in refusal.value.what and next(iter(environ)) in refusal.value.what
        assert "/mine" not in refusal.value.what
    with pytest.raises(UsageError):
        load(nobody, mine, environ={}, system=machine)
    same = load(nobody, environ={"INSPECTOR_AUDIT__FOLDER": "/log"}, system=machine)
    assert same.path("audit.folder") == Path("/log")
    alone = load(nobody, mine, environ={"INSPECTOR_AUDIT__FOLDER": "/other"}, system=NOWHERE)
    assert alone.path("audit.folder") == Path("/other")


def test_lists_of_tables_are_replaced_whole_and_filled_with_defaults(tmp_path: Path) -> None:
    write(tmp_path / "inspector.toml", '[[retention.rule]]\nname = "old"\nquery = "a"\nkeep = "1d"\n')
    given = write(
        tmp_path / "given.toml",
        '[[retention.rule]]\nname = "new"\nquery = "b"\nkeep = "2d"\naction = "redact"\n',
    )
    config = load(tmp_path, given, environ={}, system=NOWHERE)
    assert config.rows("retention.rule") == [
        {"name": "new", "query": "b", "keep": "2d", "action": "redact", "allow_detector_delete": False}
    ]
    assert config.rows("retention.field") == []
    assert config.source("retention.rule") == f"file {given}:1"


def test_open_tables_merge_deep(tmp_path: Path) -> None:
    write(
        tmp_path / "inspector.toml",
        '[redaction.environment.production.types]\nname = "replace"\nip = "keep"\n',
    )
    given = write(tmp_path / "given.toml", '[redaction.environment.production.types]\nip = "mask"\n')
    config = load(tmp_path, given, environ={}, system=NOWHERE)
    assert config.table("redaction.environment") == {
        "production": {"types": {"name": "replace", "ip": "mask"}}
    }


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_profiles_lie_beneath_what_files_set(tmp_path: Path, name: str) -> None:
    config = read(tmp_path, f'profile = "{name}"\n[retention]\ndefault = "3d"\n')
    assert config.text("retention.default") == "3d"
    for key, value in PROFILES[name].items():
        if key != "retention.default":
            assert config.value(key) == value
            assert config.source(key) == f"profile {name}"


def test_profiles_hold_valid_keys_and_are_all_choices() -> None:
    profile = next(k for k in KEYS if k.name == "profile")
    assert set(profile.choices) == set(PROFILES)
    for values in PROFILES.values():
        load(None, environ={}, options=values, system=NOWHERE)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_profiles_are_policies_that_the_engine_takes_and_that_weaken_nothing(
    tmp_path: Path, name: str
) -> None:
    plain, strict = parse_policy({}), parse_policy(read(tmp_path, f'profile = "{name}"\n').table("redaction"))
    assert strict.enabled
    assert set(plain.packs) <= set(strict.packs)
    assert {operator for _, operator in strict.types} <= {"replace"}


def test_a_place_that_cannot_be_looked_into_is_no_empty_place(tmp_path: Path) -> None:
    looped = tmp_path / "inspector.toml"
    looped.symlink_to(looped)
    with pytest.raises(UsageError, match="can't be read"):
        load(tmp_path, environ={}, system=NOWHERE)


def test_every_default_passes_its_own_check() -> None:
    singles = {k.name: k.default for k in KEYS if k.default is not None and k.variable}
    config = load(None, environ={}, options=singles, system=NOWHERE)
    assert dict(list(config)) == singles


def test_a_key_that_the_program_misspells_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        Config().text("ui.thme")


def test_names_are_unique_and_explained() -> None:
    names = [k.name for k in KEYS]
    assert len(names) == len(set(names))
    for key in KEYS:
        assert key.help.endswith("."), key.name
        assert find(key.path) is not None
        assert bool(key.choices) == (key.type.name == "CHOICE")


def test_reading_no_file_imports_no_parser() -> None:
    code = (
        "import sys; from inspector.config import load; from pathlib import Path;"
        "load(Path('/nonexistent'), environ={'HOME': '/'}, system=Path('/nonexistent'));"
        "print([m for m in ('tomllib', 'tomlkit', 'difflib', 'click', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
