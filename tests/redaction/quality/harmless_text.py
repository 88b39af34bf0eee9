"""Configuration, code, logs, prose, placeholders and telemetry with nothing to hide in them."""

# One text a line reads better than one wrapped.

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from tests.redaction.quality.values import ALNUM, HEX, WORDS, run
from tests.redaction.quality.values import moment as _when

if TYPE_CHECKING:
    from random import Random


def _uuid(r: Random) -> str:
    return str(UUID(int=r.getrandbits(128), version=4))


def config_words(r: Random) -> tuple[str, str]:
    a = r.choice(WORDS)
    return r.choice(
        (
            "password: str",
            "password = os.environ['DB_PASSWORD']",
            "password=${DB_PASSWORD}",
            "password: ********",
            "api_key=YOUR_API_KEY",
            "api_key = os.getenv('OPENAI_API_KEY')",
            "token: <your-token>",
            "secret: {{ .Values.secret }}",
            "if password != confirm_password:",
            "def login(username: str, password: str) -> Token:",
            "Please reset your password by clicking below.",
            "Forgot password?",
            "password must be at least 12 characters",
            "the password is required",
            "Invalid password for user",
            "self.token = token",
            "token = tokenizer.encode(text)",
            "const token = await getToken();",
            "access_token: null",
            'type: "password"',
            '<input type="password" name="password">',
            "my password is not working",
            "your password is incorrect",
            "password=%s",
            "password: $PASSWORD",
            f"secret: {a}-credentials",
            "Authorization: Bearer <token>",
            "Authorization: Bearer $TOKEN",
            "Bearer authentication is required",
            "basic authentication failed",
            "the API key is missing or invalid",
            "token has expired",
            "secret=None",
            "api_key: Optional[str] = None",
            "--password-stdin",
            "PASSWORD_RESET_TIMEOUT=3600",
            "token_type: bearer",
            "auth: required",
            "x-api-key: required",
            "passwordless login is on",
            "ssh-rsa AAAAB3NzaC1yc2E... see docs",
            "the secret to success is hard work",
            "token ring networks",
            "password_policy: strong",
            "private key file: ~/.ssh/id_rsa",
            "public_key: /etc/ssl/certs/ca.pem",
            "keyboard: qwerty",
            "monkey=see",
            "primary_key=id",
            "foreign key: user_id",
            "sort_key: created_at",
            "cache_key=user:profile:v2",
            "key: value",
            "keys: [a, b, c]",
            "api_key_name=production",
            "token_budget: large",
            "secret_santa: true",
            "passport renewal takes 6 weeks",
            "phone call scheduled",
            "email sent",
            "ssn is never stored",
            "iban check failed",
            "card declined",
            "address not found",
            "your token limit is high",
            "The PIN is 4 digits long",
            "enter the code we sent",
            "otp required",
            "password: required",
            "password: hidden",
            "pwd: /home/app",
            "PWD=/srv/app",
            "passed: 12 failed: 3",
            "compass: north",
            "bypass=true",
            "kubectl get secret app-tls -o yaml",
            "secretKeyRef: name: app",
            "token: ${{ secrets.GITHUB_TOKEN }}",
            "env: API_KEY=$(cat key.txt)",
            "password: !vault |",
            "password = input('Password: ')",
            "password=getpass.getpass()",
            "hashed = hash_password(password)",
            "credentials: include",
            "credentials=same-origin",
            "session_id: optional",
            "signature: def f(x: int) -> str",
            "signature=(self, request)",
            "cookie: accepted",
            "authorization: none",
        )
    ), "configuration, code and prose about secrets"


def code(r: Random) -> tuple[str, str]:
    a, b, n = r.choice(WORDS), r.choice(WORDS), r.randrange(1, 400)
    return r.choice(
        (
            f"def {a}(x: int, *, {b}: float = 0.{n}) -> dict[str, int]:\n    return {{'{b}': x + {n}}}",
            f"for (let i = 0; i < {n}; i++) {{ {a}[i] = {b}(i); }}",
            f"SELECT count(*) FROM {a} WHERE {b}_id = {n} GROUP BY 1 LIMIT 10;",
            f'File "/usr/lib/python3.11/site-packages/{a}/{b}.py", line {n}, in __call__',
            f"at {a}.{b} (webpack-internal:///./src/{a}.tsx:{n}:{n % 80})",
            f"goroutine {n} [running]:\nmain.{a}(0xc000{n:04d}20)",
            f".{a} {{ margin: 0 {n}px; transform: translate3d({n}px, 0, 0); }}",
            f"curl -s https://api.example.com/v1/{a}?limit={n}&offset={n * 10}",
            f"docker run --rm -p 8080:{8000 + n} -v /data:/data {a}:{n}",
            f"#include <{a}.h>\nint {b}[{n}];",
            f"kubectl scale deploy/{a} --replicas={n}",
            f"x = np.zeros(({n}, {n + 3}), dtype='float32')",
            f"import {{ {a} }} from '@{b}/core';",
            f"assert {a}({n}) == {n * 7}",
            f"{a}.{b}.{a}(lambda v: v @ w.T)",
            "const re = /^[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$/i;",
            r"pattern = r'\d{3}-\d{2}-\d{4}'",
            f"git log --since=2.weeks --author={a}",
            f"chmod 600 {a}.key",
            "<|im_start|>system\nYou are helpful.<|im_end|>",
        )
    ), "code and traces of common languages"


def logs(r: Random) -> tuple[str, str]:
    t, a, n = _when(r), r.choice(WORDS), r.randrange(1, 9999)
    return r.choice(
        (
            f"{t:%Y-%m-%d %H:%M:%S},{n % 1000:03d} INFO [{a}] processed {n} rows in {n / 7:.3f}s",
            f"{t:%b %d %H:%M:%S} host {a}[{n}]: started",
            f'level=info ts={t.isoformat()} caller={a}.go:{n} msg="ok" took={n}ms',
            f"GET /api/{a}/{n} 200 {n}b {n / 13:.2f}ms",
            f"[{a}] step {n}/10000 loss=0.{n:04d} lr=3e-04 tok/s={n * 3}",
            f"retry {n % 5} after {n}ms: rate limited (limit 10000, used 9{n:04d})",
            f"{n}/10000 [00:{n % 60:02d}<{n % 24:02d}:{n % 60:02d}, {n / 3:.2f}it/s]",
            f"heap 0x{run(r, HEX, 12)} size={n * 4096}",
            f"pid {n} exited with 137",
            f"memory: {n} MiB free of 16384",
            f"{n} passed, {n % 7} failed in {n / 9:.2f}s",
            f"Content-Length: {n * 1000}\nX-Request-Id: {_uuid(r)}",
            f"cpu {n % 100}.{n % 10}% | net {n}.{n % 10} MB/s | disk {n} 512 768 1024",
        )
    ), "log lines of common writers"


def prose(r: Random) -> tuple[str, str]:
    a, n = r.choice(WORDS), r.randrange(2, 900)
    return r.choice(
        (
            f"The {a} team met {n} times in 2024 and shipped 3 releases.",
            f"Chapter {n % 30}.{n % 9}.{n % 7} describes {a}.",
            f"It costs ${n}.99 or {n},000 per year (20% off).",
            f"Wir treffen uns um {n % 24}:30 Uhr in Raum {n}.",
            f"Le projet {a} compte {n} fichiers.",
            f"第{n}章では{a}について説明します。",
            f"Между {n} и {n + 5} строками есть ошибка.",
            f"Room {n}, floor {n % 20}, building {n % 9}.",
            f"Temperature {n / 10:.1f} C, humidity {n % 100}%.",
            f"Score: {n % 5}-{n % 4}, attendance 4{n:04d}.",
            f"Flight BA{n} departs 14:{n % 60:02d} gate B{n % 40}.",
            f"See section {n % 12}.{n % 10}.{n % 8}.{n % 6} of the manual.",
            f"A 5-star hotel with {n} rooms.",
            f"population 8,8{n:02d},000 in 2020",
            f"ratio 16:9, size {n}x{n + 120}",
            f"Add {n} ml of water and {n % 90} g of flour.",
            f"RFC {1000 + n} section {n % 9}.2",
            f"the {n}th day of 1999-2000 season",
        )
    ), "plain sentences with numbers"


def placeholders(r: Random) -> tuple[str, str]:
    return r.choice(
        (
            "contact [REDACTED:email] today",
            "phone: [REDACTED:phone]",
            "[email:9f3a5c01d2e47b60] signed in",
            "card ****1234",
            "password=[REDACTED]",
            "api_key: [ENCRYPTED]",
            "sk-...",
            "sk-****",
            "token=xxxxxxxxxxxx",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAXXXXXXXXXXXXXXXX",
            "user@<domain>",
            "<email>",
            "+1-XXX-XXX-XXXX",
            "***-**-****",
            "•••• •••• •••• 4242",
            "name@",
            "@example",
            "sha256:…",
            "[HASH:0011223344556677]",
            "[EMAIL_HASH:00112233]",
            "secret: •••••",
            "Bearer ***",
        )
    ), "placeholders"


def telemetry(r: Random) -> tuple[str, str]:
    t = 1_700_000_000_000_000_000 + r.randrange(10**17)
    span = {
        "traceId": run(r, HEX, 32),
        "spanId": run(r, HEX, 16),
        "name": f"chat {r.choice(WORDS)}",
        "kind": 3,
        "startTimeUnixNano": str(t),
        "endTimeUnixNano": str(t + r.randrange(10**10)),
        "attributes": [
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": str(r.randrange(5000))}},
            {"key": "gen_ai.response.id", "value": {"stringValue": f"chatcmpl-{run(r, ALNUM, 29)}"}},
            {"key": "llm.cost", "value": {"doubleValue": r.random()}},
        ],
    }
    return r.choice(
        (
            json.dumps(span),
            json.dumps({"tool_call_id": f"call_{run(r, ALNUM, 24)}", "type": "function"}),
            f"msg_{run(r, ALNUM, 24)} run_{run(r, ALNUM, 24)} thread_{run(r, ALNUM, 24)}",
            json.dumps({"id": f"resp_{run(r, HEX, 48)}", "system_fingerprint": f"fp_{run(r, HEX, 10)}"}),
            f"toolu_{run(r, ALNUM, 24)}",
        )
    ), "OpenTelemetry, provider response ids"
