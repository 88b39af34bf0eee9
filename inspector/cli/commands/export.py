"""`inspector export`: redacted reports and copies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import query_option, stores_and_query, stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.output import Out, narrate, one_line
from inspector.errors import Exit, UsageError
from inspector.reports.registry import KINDS
from inspector.session.store_names import stem_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.cli.endpoints import Typed
    from inspector.cli.exporting import Wish
    from inspector.config import Config
    from inspector.lifecycle.approvals import Request
    from inspector.reports.json import Json
    from inspector.reports.minimise import Minimise

_NAMES = "--exclude-inputs="


class _Export(Command):
    """Tells `--exclude-inputs` from `--exclude-inputs=NAMES`, so that it never takes a store for a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        taken = [f"--exclude-names={a[len(_NAMES) :]}" if a.startswith(_NAMES) else a for a in args]
        return super().parse_args(ctx, taken)


@click.command("export", cls=_Export)
@stores_argument("STORE… [QUERY]")
@query_option()
@click.option("--to", type=click.Choice(list(KINDS)), help="What to write; else what OUT's name ends in.")
@click.option("-o", "--output", metavar="OUT", help="The file to write; else one in the folder for exports.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many traces, the newest.")
@click.option(
    "--columns", metavar="NAMES", help="For csv and parquet: fields and attribute paths, separated by commas."
)
@click.option(
    "--sample",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    metavar="SHARE",
    help="Keep this share of the traces, the same ones in every run.",
)
@click.option("--keep-errors", is_flag=True, help="With --sample: keep every trace that has an error.")
@click.option(
    "--exclude-inputs",
    is_flag=True,
    help="Write [EXCLUDED] for all that went into spans; --exclude-inputs=NAMES for what has these names.",
)
@click.option("--exclude-names", metavar="NAMES", hidden=True, help="As --exclude-inputs=NAMES.")
@click.option(
    "--fields",
    metavar="PATHS",
    help="Keep structure, timings and cost, and of the content only these paths (none for none).",
)
@click.option("--stable-tags", is_flag=True, help="Equal values get equal tags in every export.")
@click.option(
    "--endpoint",
    metavar="URL|NAME|env",
    help="With --to otlp: push there instead of writing a file; a name of [export.endpoints], or the OTEL_ variables.",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME=VARIABLE",
    help="A header whose value is in an environment variable.",
)
@click.option("--cert", metavar="FILE", help="The client's certificate for the endpoint.")
@click.option("--key", metavar="FILE", help="The client's key.")
@click.option("--ca", metavar="FILE", help="Authorities to trust instead of the system's.")
@click.option("--tls-min", type=click.Choice(["1.2", "1.3"]), help="The lowest TLS version (1.3).")
@click.option("--pin", metavar="SHA256", help="The hash of the receiver's public key.")
@click.option("--ask", is_flag=True, help="Ask for an approval of what is above the role's row limit.")
@click.option("--request", metavar="ID", default="", help="Export under this approved request.")
@click.option("--requests", is_flag=True, help="List the requests that are open.")
@click.option("--approve", metavar="ID", help="Allow a request that somebody else has made.")
@click.option("--reject", metavar="ID", help="Refuse a request; needs --reason.")
@click.option("--verify", metavar="OUT", help="Check an export against its manifest and the audit log.")
@click.pass_obj
def command(
    common: Common,
    words: tuple[str, ...],
    query: str | None,
    to: str | None,
    output: str | None,
    force: bool,
    limit: int | None,
    columns: str | None,
    sample: float,
    keep_errors: bool,
    exclude_inputs: bool,
    exclude_names: str | None,
    fields: str | None,
    stable_tags: bool,
    endpoint: str | None,
    headers: tuple[str, ...],
    cert: str | None,
    key: str | None,
    ca: str | None,
    tls_min: str | None,
    pin: str | None,
    ask: bool,
    request: str,
    requests: bool,
    approve: str | None,
    reject: str | None,
    verify: str | None,
) -> int:
    """Write what QUERY selects, redacted, into one file that only you can read.

    A manifest beside it (OUT.manifest.json) says by which rules, from what, by whom, and what was hidden. Tags
    of hashed values differ from export to export, so that two of them can't be joined.
    """
    if verify is not None:
        return _verify(common, Path(verify))
    if requests or approve or reject:
        return _decide(common, approve, reject)
    from inspector.cli.engine import read_config
    from inspector.cli.exporting import Wish, export, tell
    from inspector.reports.chosen import Selection
    from inspector.reports.registry import KINDS

    names, wanted = stores_and_query(words, query)
    kind = KINDS[to or ("otlp" if endpoint else _by_ending(output))]
    if endpoint and (kind.name != "otlp" or output):
        raise UsageError("A push is of otlp and writes no file.", "Use --to otlp --endpoint without -o.")
    if columns and not kind.columns:
        raise UsageError("Only a table has columns.", "Use --columns with --to csv.")
    if keep_errors and sample >= 1:
        raise UsageError("--keep-errors goes with --sample.", "Add --sample SHARE, or leave it out.")
    config = read_config(common)
    wish = Wish(
        kind,
        _target(output, kind.ending, names, config),
        Selection(wanted, sample, keep_errors, limit),
        _minimise(exclude_inputs, exclude_names, fields),
        tuple(c.strip() for c in columns.split(",") if c.strip()) if columns else (),
        stable_tags or config.flag("export.stable_tags"),
        force,
        _options(limit, sample, keep_errors, exclude_inputs, exclude_names, fields),
        request,
    )
    if ask:
        return _ask(common, names, wish)
    if endpoint:
        from inspector.cli.endpoints import Typed

        return _push(common, names, wish, Typed(endpoint, headers, cert, key, ca, tls_min, pin))
    done = export(names, common, wish)
    out = Out(no_color=common.no_color)
    if common.json:
        shape: dict[str, Json] = {"file": str(done.target), "manifest": str(done.manifest), **done.counts}
        out.json({**shape, "findings": dict(done.findings)})
    else:
        out.line(one_line(str(done.target)))
        tell(done)
    out.flush()
    return int(Exit.DONE)


def _ask(common: Common, names: Sequence[str], wish: Wish) -> int:
    from inspector.cli.exporting import ask_first

    made = ask_first(names, common, wish)
    code = _print_requests(common, [made])
    if not common.json:
        narrate(
            f"Somebody else approves it: inspector export --approve {made.id}. Then type the same with"
            f" --request {made.id} instead of --ask."
        )
    return code


def _decide(common: Common, approve: str | None, reject: str | None) -> int:
    from inspector.cli.auditing import open_log, require, role_of, user_of
    from inspector.cli.bulk import open_requests
    from inspector.cli.engine import build_engine, effective_policy, read_config
    from inspector.lifecycle import approvals

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    book = approvals.EXPORTS
    if not approve and not reject:
        require(auditing, "reports:export")
        return _print_requests(common, open_requests(approvals.all_requests(book)))
    require(auditing, "reports:bulk")
    if approve:
        allowed = approvals.approve(auditing.log, approvals.one(approve, book), user_of(auditing), book)
        return _print_requests(common, [allowed])
    if not common.reason:
        raise UsageError("A refusal needs a reason.", "Add --reason TEXT.")
    reason = str(build_engine(effective_policy(common, config)).text(common.reason))
    return _print_requests(
        common, [approvals.reject(auditing.log, approvals.one(str(reject), book), reason, book)]
    )


def _print_requests(common: Common, requests: Sequence[Request]) -> int:
    from inspector.cli.bulk import print_requests, request_json

    out = Out(no_color=common.no_color)
    if common.json:
        for each in requests:
            out.json(request_json(each))
    elif requests:
        print_requests(out, requests)
    else:
        narrate("No export waits for an approval.")
    out.flush()
    return int(Exit.DONE)


def _push(common: Common, names: Sequence[str], wish: Wish, typed: Typed) -> int:
    from inspector.cli.pushing import push

    done = push(names, common, wish, typed)
    out = Out(no_color=common.no_color)
    if common.json:
        shape: dict[str, Json] = {"manifest": str(done.manifest), "traces_before": done.before, **done.counts}
        out.json({**shape, "findings": dict(done.findings)})
    else:
        before = f" ({done.before:,} were there before)" if done.before else ""
        hidden = sum(done.findings.values())
        out.line(
            f"{done.counts['traces']:,} traces{before}, {done.counts['spans']:,} spans, {hidden:,} values hidden"
        )
        if done.counts["rejected"]:
            narrate(f"The receiver left out {done.counts['rejected']:,} spans: see its log.")
    out.flush()
    return int(Exit.PARTIAL if done.counts["rejected"] else Exit.DONE)


def _by_ending(output: str | None) -> str:
    for kind in KINDS.values():
        if output is not None and kind.ending and output.removesuffix(".gz").endswith(kind.ending):
            return kind.name
    raise UsageError("It isn't said what to write.", f"Add --to {'|'.join(KINDS)}.")


def _target(output: str | None, ending: str, names: Sequence[str], config: Config) -> Path:
    if output == "-":
        raise UsageError("An export goes into a file.", "Name one by -o OUT; inspector show prints traces.")
    if output is not None:
        return Path(output)
    stem = stem_of(names[0])
    if not ending:
        ending = "".join(Path(names[0]).suffixes) or ".copy"
    name = f"{stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{ending}"
    return (config.path("export.folder") or Path()) / name


def _minimise(inputs: bool, names: str | None, fields: str | None) -> Minimise:
    from inspector.reports.minimise import Minimise, paths

    return Minimise(inputs, paths(names) if names else (), None if fields is None else paths(fields))


def _options(
    limit: int | None, sample: float, keep_errors: bool, inputs: bool, names: str | None, fields: str | None
) -> dict[str, Json]:
    """What was typed, as far as it changes what is in the file."""
    typed: dict[str, Json] = {
        "limit": limit,
        "sample": sample if sample < 1 else None,
        "keep_errors": keep_errors or None,
        "exclude_inputs": names or inputs or None,
        "fields": fields,
    }
    return {name: value for name, value in typed.items() if value is not None}


def _verify(common: Common, target: Path) -> int:
    from inspector.cli.auditing import folder_of
    from inspector.cli.engine import read_config
    from inspector.cli.exporting import logged_hash
    from inspector.reports.manifest import verify

    found = verify(target)
    wrong = list(found.wrong)
    known = logged_hash(folder_of(read_config(common)), found.op_id, found.sha256)
    if known and known != found.sha256:
        wrong.append("the audit log holds another hash of this file")
    if not known and not found.op_id:
        wrong.append("it is encrypted, and the audit log of this machine doesn't know it")
    out = Out(no_color=common.no_color)
    if common.json:
        out.json({"file": str(target), "ok": not wrong, "wrong": list(wrong), "in_audit_log": bool(known)})
    else:
        for each in wrong:
            out.line(f"{one_line(str(target))}: {each}")
        if not wrong:
            out.line(f"{one_line(str(target))}: as it was written")
            narrate(
                "The audit log of this machine holds its hash." if known
                else "The audit log of this machine doesn't know it: only the manifest speaks for it."
            )  # fmt: skip
    out.flush()
    return int(Exit.NOTHING if wrong else Exit.DONE)
