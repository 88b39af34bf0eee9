"""`inspector erase` resume, close, list, verify: operations that were begun."""

from __future__ import annotations

from pathlib import Path

import click

from inspector.cli.common import Command, Common
from inspector.cli.erasing import progress, receipt
from inspector.cli.lifecycle import office
from inspector.cli.lifecycle_text import job_json, print_job, print_requests, request_json
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError


@click.command("resume", cls=Command)
@click.argument("op", metavar="OP")
@click.pass_obj
def resume(common: Common, op: str) -> int:
    """Go on with the operation OP where it was interrupted, or do again what failed."""
    from inspector.lifecycle import jobs
    from inspector.lifecycle.resuming import resume as go_on

    at = office(common, "erasure:resume")
    job = jobs.load(op)
    if not job.open:
        narrate("This operation is finished.")
        return receipt(common, job)
    return receipt(common, go_on(at.desk, job, at.config, progress()))


@click.command("close", cls=Command)
@click.argument("op", metavar="OP")
@click.pass_obj
def close(common: Common, op: str) -> int:
    """Give the operation OP up: it isn't resumed any more. Needs --reason."""
    from inspector.lifecycle import erasure, jobs

    at = office(common, "erasure:resume")
    if not at.reason:
        raise UsageError("Giving an operation up needs a reason.", "Add --reason TEXT.")
    job = erasure.close(at.desk, jobs.load(op), at.reason)
    return receipt(common, job)


@click.command("verify", cls=Command)
@click.argument("name", metavar="CERTIFICATE")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="The signer's verifier key, as text.")
@click.pass_obj
def verify_(common: Common, name: str, keys: tuple[str, ...]) -> int:
    """Check the signature of CERTIFICATE (a .note file, or an operation's id), and that the audit log knows it."""
    from inspector.cli.commands.audit import trust_of
    from inspector.keys.signer import signature_holds
    from inspector.lifecycle import certificate
    from inspector.lifecycle.certificate_text import markdown
    from inspector.lifecycle.verifying import known_to

    at = office(common, "traces:read")
    path = Path(name) if Path(name).exists() else certificate.folder() / f"{Path(name).name}.note"
    found = certificate.read(path)
    trust, source = trust_of(at.auditing, keys)
    signed = certificate.signed_by(found, trust.keys, signature_holds)
    audited = known_to(at.desk.log.folder, found)
    ok = (signed or not found.signed) and audited
    out = Out(no_color=common.no_color)
    if common.json:
        out.json({"ok": ok, "signed": found.signed, "signature_holds": signed, "audited": audited,
                  "key": source, "certificate": found.facts})  # fmt: skip
    else:
        out.line(markdown(found).rstrip())
        out.line()
        said = f"holds ({source})" if signed else "DOES NOT HOLD" if found.signed else "none: it isn't signed"
        out.line(f"signature: {said}")
        out.line(
            f"audit log: {'knows this very certificate' if audited else 'DOES NOT KNOW this certificate'}"
        )
    out.flush()
    return int(Exit.DONE if ok else Exit.NOTHING)


@click.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="Also what is finished.")
@click.pass_obj
def list_(common: Common, everything: bool) -> int:
    """List requests with their due dates, and operations with their states."""
    from inspector.lifecycle import approvals, jobs

    at = office(common, "erasure:propose")
    out = Out(no_color=common.no_color)
    ended = (approvals.RequestState.DONE, approvals.RequestState.REJECTED)
    requests = [r for r in approvals.all_requests() if everything or r.state not in ended]
    operations = [job for job in jobs.all_jobs() if everything or job.open]
    if common.json:
        for each in requests:
            out.json({"request": request_json(each, at.desk.now())})
        for job in operations:
            out.json({"operation": job_json(job)})
    else:
        print_requests(out, requests, at.desk.now())
        for job in operations:
            print_job(out, job)
    out.flush()
    if not requests and not operations:
        narrate("Nothing is open.")
    return int(Exit.DONE)


OPERATIONS = (resume, close, verify_, list_)
