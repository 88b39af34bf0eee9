"""Texts that hold nothing to hide but look as if they did. Each maker returns a text and a source."""

# ruff: noqa: E501
# One text a line reads better than one wrapped.

from __future__ import annotations

import base64
import string
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from tests.redaction.quality import harmless_text
from tests.redaction.quality.values import ALNUM, HEX, WORDS, luhn_digit, moment, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def _uuid(r: Random) -> str:
    return str(UUID(int=r.getrandbits(128), version=4))


def _digits(r: Random, n: int) -> str:
    return str(r.randrange(1, 10)) + run(r, string.digits, n - 1)


def uuids(r: Random) -> tuple[str, str]:
    u = _uuid(r)
    text = r.choice(
        (
            f"run {u} finished",
            f'{{"id":"{u}","ok":true}}',
            u,
            f"request-id: {u}",
            u.upper(),
            u.replace("-", ""),
            f"/v1/threads/{u}/messages",
            f"user_id={u}",
            f"urn:uuid:{u}",
        )
    )
    return text, "RFC 9562"


def commits(r: Random) -> tuple[str, str]:
    sha, short = run(r, HEX, 40), run(r, HEX, 8)
    text = r.choice(
        (
            f"commit {sha}",
            f"fixed in {short}",
            f"https://github.com/org/repo/commit/{sha}",
            f"git checkout {sha}",
            f"HEAD is now at {short} Fix it",
            f"Merge {sha[:12]} into main",
            f"actions/checkout@{sha}",
        )
    )
    return text, "Git object names"


def timestamps(r: Random) -> tuple[str, str]:
    s = 1_600_000_000 + r.randrange(200_000_000)
    n = r.choice(
        (
            str(s),
            f"{s}{r.randrange(1000):03d}",
            f"{s}{r.randrange(10**6):06d}",
            f"{s}{r.randrange(10**9):09d}",
            f"{s}.{r.randrange(1000):03d}",
        )
    )
    text = r.choice(
        (
            f'{{"ts":{n}}}',
            f"at {n}",
            f"start_time_unix_nano={n}",
            f"created: {n}",
            f"exp={n}",
            f"[{n}] tick",
            f'"startTimeUnixNano":"{n}"',
            n,
        )
    )
    return text, "OTLP, POSIX time"


def trace_ids(r: Random) -> tuple[str, str]:
    t, s = run(r, HEX, 32), run(r, HEX, 16)
    text = r.choice(
        (
            f"traceparent: 00-{t}-{s}-01",
            f'{{"traceId":"{t}","spanId":"{s}"}}',
            f"trace_id={t} span_id={s}",
            f"b3: {t}-{s}-1",
            f"x-b3-traceid: {t}",
            f"X-Amzn-Trace-Id: Root=1-{run(r, HEX, 8)}-{run(r, HEX, 24)}",
            f"dd.trace_id={r.randrange(10**18)} dd.span_id={r.randrange(10**18)}",
            f"uber-trace-id: {t}:{s}:0:1",
        )
    )
    return text, "W3C Trace Context, B3, X-Ray, Datadog"


def orders(r: Random) -> tuple[str, str]:
    n = _digits(r, r.choice((6, 7, 8, 9, 10, 11, 12)))
    text = r.choice(
        (
            f"order {n} shipped",
            f"Order #{n}",
            f"invoice {n}",
            f"order_id={n}",
            f'{{"order":{n},"qty":2}}',
            f"ticket {n} was closed",
            f"PO-{n}",
            f"item {n} x2",
            f"SKU {n}",
            f"INC{n[:7]}",
            f"tracking no 1Z999AA1{n[:10]}",
            f"row {n}",
            f"batch-{n}",
            f"id {n}, next {int(n) + 1}",
        )
    )
    return text, "shop and ticket numbers"


def versions(r: Random) -> tuple[str, str]:
    a, b, c, d = (r.randrange(0, 40) for _ in range(4))
    text = r.choice(
        (
            f"version {a}.{b}.{c}.{d}",
            f"v{a}.{b}.{c}",
            f"Chrome/{100 + a}.0.{r.randrange(9999)}.{r.randrange(200)} Safari/537.36",
            f"pip install foo=={a}.{b}.{c}.{d}",
            f"^{a}.{b}.{c} || >={b}.{c}.0 <{a + 9}.0.0",
            f"~> {a}.{b}",
            f"Python 3.{a}.{b}",
            f"build {a}.{b}.{c}.{d}",
            f"nginx/1.{b}.{c}",
            f"{a}.{b}.{c}-rc.{d}+build.{d}",
            f"FileVersion: {a}.{b}.{c}.{d}",
            f"torch=={a}.{b}.{c}+cu121",
            f"driver version {500 + a}.{b}.{c:02d}",
            f"release {a}.{b}.{c}.{d} is out",
            f"openssl 3.0.{d}",
            f"go1.{b}.{c}",
            f"jdk-{a}.0.{b}.{c}",
        )
    )
    return text, "Semantic Versioning, PEP 440, user agents"


def floats(r: Random) -> tuple[str, str]:
    x = r.random() * 10 ** r.randrange(-4, 6)
    text = r.choice(
        (
            f"{x!r}",
            f'{{"score":{x!r}}}',
            f"loss {x!r} at step {r.randrange(10**6)}",
            f"[{x!r}, {r.random()!r}, {-r.random()!r}]",
            f"cost=${x:.8f}",
            f"latency {x:.6f}s",
            f"lat {r.uniform(-90, 90):.7f}, lon {r.uniform(-180, 180):.7f}",
            f"p={r.random():.2e}",
            f"embedding: {[round(r.uniform(-1, 1), 9) for _ in range(6)]}",
            f"{r.randrange(1, 999)},{r.randrange(1000):03d},{r.randrange(1000):03d}.{r.randrange(100):02d} USD",
        )
    )
    return text, "IEEE 754 as printed"


def dates(r: Random) -> tuple[str, str]:
    t = moment(r)
    text = r.choice(
        (
            t.isoformat(),
            t.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            t.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            t.strftime("%Y%m%d-%H%M%S"),
            t.strftime("%Y-%m-%d"),
            t.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            t.strftime("due %d.%m.%Y"),
            t.strftime("%m/%d/%Y %I:%M %p"),
            t.strftime("%Y%m%d%H%M%S"),
            f"{t.date()} to {(t + timedelta(30)).date()}",
            t.strftime("released on %B %d, %Y"),
            t.strftime("backup-%Y-%m-%d-%H%M"),
            t.strftime("20240%m-%d 10:20:30"),
        )
    )
    return text, "ISO 8601, RFC 9110, CLF"


def not_cards(r: Random) -> tuple[str, str]:
    body = r.choice("3456") + run(r, string.digits, 14)
    bad = str((int(luhn_digit(body)) + r.randrange(1, 10)) % 10)
    n = body + bad
    spaced = " ".join(n[i : i + 4] for i in range(0, 16, 4))
    text = r.choice(
        (
            f"reference {n}",
            spaced,
            f"id={n}",
            f"{n}",
            f'{{"ref":"{spaced}"}}',
            f"account ref {spaced.replace(' ', '-')}",
        )
    )
    return text, "ISO/IEC 7812: the Luhn digit is wrong"


def models(r: Random) -> tuple[str, str]:
    names_text = (
        "gpt-4o-2024-08-06 gpt-4.1-mini-2025-04-14 claude-3-5-sonnet-20241022 claude-sonnet-4-20250514 gemini-1.5-pro-002 text-embedding-3-large o3-mini-2025-01-31 "
        "meta-llama/Llama-3.1-70B-Instruct mistral-large-2407 command-r-plus-08-2024 deepseek-chat Qwen/Qwen2.5-72B-Instruct anthropic.claude-3-haiku-20240307-v1:0 "
        "us.anthropic.claude-3-7-sonnet-20250219-v1:0 ft:gpt-4o-mini-2024-07-18:org::AbC12345 dall-e-3 whisper-1 all-MiniLM-L6-v2 phi-3-mini-128k-instruct nomic-embed-text-v1.5"
    )
    names = names_text.split()
    m = r.choice(names)
    text = r.choice(
        (
            m,
            f'{{"model":"{m}","temperature":0.2}}',
            f"gen_ai.request.model={m}",
            f"calling {m} with 3 tools",
            f"model: {m}\nmax_tokens: {r.choice((512, 4096, 16384))}",
            f"litellm.completion({m!r})",
        )
    )
    return text, "model catalogues"


def token_counts(r: Random) -> tuple[str, str]:
    n = r.randrange(1, 200000)
    keys_text = (
        "max_tokens input_tokens output_tokens total_tokens prompt_tokens completion_tokens max_completion_tokens token_count num_tokens llm.token_count.total tokens_per_second "
        "gen_ai.usage.input_tokens reasoning_tokens cached_tokens tokenLimit maxTokens time_to_first_token cost_per_token n_tokens max_new_tokens tokenizer_length token_budget"
    )
    keys = keys_text.split()
    k = r.choice(keys)
    text = r.choice(
        (
            f"{k}: {n}",
            f"{k}={n}",
            f'{{"{k}":{n}}}',
            f"used {n} tokens of {n * 2}",
            f"{k}: {n}, {r.choice(keys)}: {n + 7}",
            f"tokenizer={r.choice(('cl100k_base', 'o200k_base', 'gpt2'))}",
            f"eos_token: </s>, pad_token: <pad>, token id {n}",
            f"token limit exceeded: {n} > 8192",
            f"next_page_token: null, tokens={n}",
        )
    )
    return text, "OpenTelemetry semantic conventions, provider APIs"


def sk_words(r: Random) -> tuple[str, str]:
    head = r.choice(("task", "risk", "disk", "desk", "mask", "flask", "kiosk", "brisk", "dusk"))
    tail = "-".join(
        r.choice(
            [
                *WORDS,
                "management",
                "assessment",
                "for",
                "large",
                "teams",
                "usage",
                "encryption",
                "report",
                "overview",
            ]
        )
        for _ in range(r.randrange(1, 6))
    )
    text = r.choice(
        (
            f"{head}-{tail}",
            f"see the {head}-{tail} page",
            f"https://docs.example.com/{head}-{tail}",
            f"class={head}-{tail}",
            f"{head}-{r.randrange(1000)}",
            f"sk-{r.choice(('learn', 'toggle', 'SK', 'dataset'))}",
        )
    )
    return text, "words with sk- inside"


def remotes(r: Random) -> tuple[str, str]:
    a, b = r.choice(WORDS), r.choice(WORDS)
    text = r.choice(
        (
            f"git@github.com:{a}/{b}.git",
            f"git clone git@gitlab.example.com:{a}/{b}.git",
            f"ssh://git@bitbucket.org/{a}/{b}",
            f"npm i @{a}/{b}@18.{r.randrange(9)}.0",
            f"{a}@{r.randrange(9)}.{r.randrange(20)}.{r.randrange(9)}",
            f"@types/{b}@20.{r.randrange(9)}.1",
            f"{a}@host",
            f"uses: actions/{b}@v{r.randrange(1, 6)}",
            f"docker pull {a}/{b}@sha256:{run(r, HEX, 64)}",
            f"{a}@2x.png",
            f"@{a} can you review?",
            f"@media (max-width: {r.randrange(300, 1200)}px) {{ .{b} {{ color: #{run(r, HEX, 6)} }} }}",
            f"@{a}.route('/{b}')",
            f"y = W @ x + b  # {a}",
            f"pnpm add {a}@latest {b}@next",
        )
    )
    return text, "Git remotes, npm, decorators, CSS"


def books(r: Random) -> tuple[str, str]:
    body = "978" + run(r, string.digits, 9)
    check = str(-sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(body)) % 10)
    n = body + check
    text = r.choice(
        (
            f"ISBN {n}",
            f"ISBN 978-{n[3]}-{n[4:7]}-{n[7:12]}-{n[12]}",
            f"doi:10.{r.randrange(1000, 9999)}/j.{r.choice(WORDS)}.{r.randrange(2000, 2024)}.{r.randrange(10**6)}",
            f"https://doi.org/10.{r.randrange(1000, 9999)}/s{r.randrange(10**5)}-021-0{r.randrange(10**4)}-x",
            f"ISSN {run(r, string.digits, 4)}-{run(r, string.digits, 4)}",
            f"arXiv:{r.randrange(1000, 2500)}.{r.randrange(10**5):05d}",
            f"PMID: {_digits(r, 8)}",
            f"EAN {n}",
        )
    )
    return text, "ISBN, DOI, ISSN, arXiv"


def hashes(r: Random) -> tuple[str, str]:
    n = r.choice((32, 40, 56, 64, 96, 128))
    h = run(r, HEX, n)
    text = r.choice(
        (
            f"sha256:{run(r, HEX, 64)}",
            f"md5 {run(r, HEX, 32)}",
            h,
            f'etag: "{run(r, HEX, 32)}"',
            f"sha1={run(r, HEX, 40)}",
            f"digest {h}",
            f"{h}  dist/app.tar.gz",
            f"integrity sha512-{run(r, ALNUM + '+/', 86)}==",
            f"checksum: {h}",
            f"cache key {run(r, HEX, 16)}",
            f"prompt_hash={run(r, HEX, 32)}",
            f"image: app@sha256:{run(r, HEX, 64)}",
            f"fingerprint SHA256:{run(r, ALNUM + '+/', 43)}",
        )
    )
    return text, "digests as tools print them"


def images(r: Random) -> tuple[str, str]:
    body = base64.b64encode(r.randbytes(r.randrange(60, 400))).decode()
    text = r.choice(
        (
            f"data:image/png;base64,iVBORw0KGgo{body}",
            f'{{"type":"image_url","image_url":{{"url":"data:image/jpeg;base64,/9j/{body}"}}}}',
            f"![x](data:image/gif;base64,R0lGOD{body})",
            body,
        )
    )
    return text, "RFC 2397"


def macs(r: Random) -> tuple[str, str]:
    m = [run(r, HEX, 2) for _ in range(6)]
    text = r.choice(
        (
            f"eth0 {':'.join(m)}",
            f"mac={'-'.join(m)}",
            "".join(m),
            f"{m[0]}{m[1]}.{m[2]}{m[3]}.{m[4]}{m[5]}",
            f"at {r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}",
            "std::vector<a::b>::iterator",
            f"color: #{run(r, HEX, 6)}",
            f"#{run(r, HEX, 8)}",
            f"0x{run(r, HEX, 16)}",
        )
    )
    return text, "IEEE 802, C++, CSS"


def cluster(r: Random) -> tuple[str, str]:
    a, b = r.choice(WORDS), r.choice(WORDS)
    text = r.choice(
        (
            f"pod/{a}-{b}-{run(r, HEX, 9)}-{run(r, ALNUM.lower(), 5)}",
            f"s3://{a}-bucket/{b}/part-{r.randrange(10**5):05d}-{_uuid(r)}.snappy.parquet",
            f"arn:aws:lambda:eu-west-1:{_digits(r, 12)}:function:{a}",
            f"arn:aws:iam::{_digits(r, 12)}:role/{b}",
            f"gs://{a}/{b}.json",
            f"projects/{a}-{_digits(r, 6)}/locations/us-central1",
            f"/subscriptions/{_uuid(r)}/resourceGroups/{b}",
            f"registry.example/{a}/{b}:{r.randrange(9)}.{r.randrange(9)}",
            f"{a}.{b}.svc.cluster.local:8080",
            f"sg-{run(r, HEX, 17)} vpc-{run(r, HEX, 8)} i-{run(r, HEX, 17)}",
            f"ami-{run(r, HEX, 17)}",
            f"{a}-{b}-deployment-{r.randrange(10**6)}",
            f"node ip-10-0-{r.randrange(256)}-{r.randrange(256)}.ec2.internal",
            f"secretName: {a}-{b}-tls",
        )
    )
    return text, "Kubernetes, AWS, GCP, Azure names"


MAKERS: dict[str, tuple[Callable[[Random], tuple[str, str]], int]] = {
    "uuid": (uuids, 60),
    "commit": (commits, 50),
    "timestamp": (timestamps, 80),
    "trace id": (trace_ids, 70),
    "order": (orders, 90),
    "version": (versions, 90),
    "float": (floats, 80),
    "date": (dates, 70),
    "not a card": (not_cards, 50),
    "model": (models, 50),
    "token count": (token_counts, 70),
    "sk word": (sk_words, 50),
    "remote": (remotes, 80),
    "book": (books, 60),
    "hash": (hashes, 80),
    "image": (images, 30),
    "mac": (macs, 50),
    "cluster": (cluster, 80),
    "config": (harmless_text.config_words, 140),
    "code": (harmless_text.code, 80),
    "log": (harmless_text.logs, 80),
    "prose": (harmless_text.prose, 80),
    "placeholder": (harmless_text.placeholders, 30),
    "telemetry": (harmless_text.telemetry, 60),
}
"""Kind -> its maker and how many texts of it the set gets."""
