"""A second set: other frames, other seeds, other harmless texts. No rule is changed to please it."""

# ruff: noqa: E501
# One text a line reads better than one wrapped.

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.redaction.quality import values, vendors
from tests.redaction.quality.values import ALNUM, HEX, luhn_digit, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

MARK = "§"

SHARED = (
    "Ticket opened by customer; details given: §. Please advise.",
    'assistant: "I have noted § in your profile."',
    "{'id': 3, 'data': ['a', '§', None]}",
    "ValueError: unexpected value: '§' (type=str)",
    '    raise HTTPException(400, detail=f"rejected §")',
    "panic: runtime error near §\n\ngoroutine 1 [running]:",
    "<td>§</td><td>ok</td>",
    "# Notes\n\n1. §\n2. other",
    "k1=v1 k2=§ k3=v3",
    '[debug] payload={"v":"§","n":2}',
    "On Tue someone wrote:\n> §\n",
    "Il cliente ha indicato §, grazie.",
    "O cliente informou § ontem.",
    "De klant gaf § door.",
    "고객 정보: §",
    "क्लाइंट ने § दिया",
    "البيانات: §",
    "\t§\t42\tyes",
    "…§…",
    "echo '§' | tee out.txt",
    "§ <- is this right?",
    'tool_call(args=("§",))',
    "name;§;berlin;7",
    "\u201c§\u201d",
)

OWN: dict[str, tuple[str, ...]] = {
    "email": (
        "please write to § before noon",
        "login: §",
        "to=<§>, relay=mx",
        '"mail":"§"',
        "§ bounced",
        "Reply-To: §",
    ),
    "phone": (
        "give me a ring on §",
        "Contact number § (mobile)",
        "Telefon: §",
        '"phone_number": "§"',
        "ph: §",
        "Cell § is best",
        "SMS to § failed",
        "Téléphone : §",
    ),
    "card": (
        "Card no. § declined by issuer",
        "charged §, please refund",
        "cc §",
        '"card_number": "§"',
        "MasterCard ending: full number §",
        "payment card § expires soon",
    ),
    "ssn": ("her SSN is §", "TIN/SSN § verified", '"ssn":"§"', "Social Security No. §", "W-2 for § attached"),
    "iban": (
        "Kontonummer (IBAN): §",
        "pay the invoice to § by Friday",
        '"iban": "§"',
        "beneficiary account §",
        "compte: §",
    ),
    "password": (
        "The admin pw is §",
        "MYSQL_ROOT_PASSWORD: §",
        'password -> "§"'.replace(" -> ", ": "),
        "Login with user root and password § now",
        "--password=§",
        "auth:\n  username: svc\n  password: §",
        '"userPassword" : "§"',
        "passwort = '§'",
        "La contraseña es §",
        "Le mot de passe est §",
        'NEW_PASSWORD="§"',
        "jdbc:mysql://h/db?user=a&password=§",
        "passcode: §",
        "ftp_pass=§",
        '{"login":"x","pwd":"§"}',
        'smtp_password = "§"',
    ),
    "secret": (
        "APP_SECRET=§",
        'const API_TOKEN = "§"',
        "apiToken: '§'",
        "GET /v2/items?key=1&token=§ HTTP/1.1",
        "the access token is §",
        "Proxy-Authorization: Bearer §",
        '"accessToken" : "§"',
        '"refresh_token":"§"',
        "api-key: §",
        "webhook secret: §",
        "X-Auth-Token: §",
        "JWT_SECRET=§",
        "service.auth.token=§",
        'curl -H "X-API-Key: §" https://api.example',
        "SESSION_SECRET='§'",
        'client.setApiKey("§")',
        '  secret_key: "§"',
        "JSESSIONID=§; Path=/",
        "OAUTH_CLIENT_SECRET=§",
    ),
    "url": (
        "see https://bot:§@ci.example/job/7",
        "engine = create_engine('postgresql://app:§@pg/app')",
        "SQLALCHEMY_DATABASE_URI=mysql+pymysql://u:§@h/d",
        "broker_url: amqp://svc:§@rabbit:5672/v",
    ),
    "token": (
        "leaked: §",
        "TOKEN §",
        "set KEY=§ first",
        '"apiKey":"§"',
        "found credential § in repo",
        "header: 'X-Key: §'",
        "§,§x".partition(",")[0],
    ),
}


def _case(frame: str, value: str, type_: str, source: str) -> dict[str, Any]:
    start = frame.index(MARK)
    return {
        "text": frame.replace(MARK, value, 1),
        "labels": [{"start": start, "end": start + len(value), "type": type_}],
        "source": f"holdout: {source}",
    }


def _found(r: Random) -> Iterator[dict[str, Any]]:
    kinds: tuple[tuple[str, Callable[[Random], values.Value], int, bool], ...] = (
        ("email", values.email, 50, True),
        ("phone", values.phone_us, 40, True),
        ("phone", values.phone_world, 50, True),
        ("card", values.card, 50, True),
        ("ssn", values.ssn, 30, True),
        ("iban", values.iban, 30, True),
        ("password", values.password, 48, False),
        ("secret", values.secret, 57, False),
        ("url", values.userinfo, 12, False),
        ("token", values.jwt, 20, True),
    )
    for kind, make, count, anywhere in kinds:
        frames = OWN[kind] + (SHARED if anywhere else ())
        for n in range(count):
            value = make(r)
            yield _case(frames[n % len(frames)], value.text, value.type, value.source)
    for shape, source in vendors.shapes():
        yield _case(r.choice(OWN["token"] + SHARED), vendors.fill(r, shape), "credential", source)


def _harmless(r: Random) -> Iterator[str]:
    def digits(size: int) -> str:
        return str(r.randrange(1, 10)) + run(r, string.digits, size - 1)

    def uuid() -> str:
        return str(UUID(int=r.getrandbits(128)))

    def now() -> int:
        return 1_690_000_000 + r.randrange(9 * 10**7)

    for _ in range(22):
        wrong = "4" + run(r, string.digits, 14)
        wrong += str((int(luhn_digit(wrong)) + 3) % 10)
        yield from (
            f"event {uuid()} at {now()}{run(r, string.digits, 3)}",
            f"parcel {digits(10)}, weight {r.randrange(900)} g",
            f'{{"span_id":"{run(r, HEX, 16)}","parent":"{run(r, HEX, 16)}","dur_ns":{digits(9)}}}',
            f"epoch={now()}{run(r, string.digits, 9)} drift={r.random():.12f}",
            f"blob {run(r, HEX, 40)} -> {run(r, HEX, 40)}",
            f"customer number {digits(8)} and contract {digits(9)}",
            f"acct ref {wrong}",
            f"upgrade from {r.randrange(9)}.{r.randrange(9)}.{r.randrange(99)} to {r.randrange(9)}.{r.randrange(30)}.0.{r.randrange(9)}",
            f"max_output_tokens={r.choice((256, 1024, 8192))} temperature={r.random():.2f}",
            f"gpu {r.randrange(8)}: {r.randrange(90)}C, {r.randrange(400)}W, {r.randrange(80000)}MiB / 81559MiB",
            f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{r.randrange(90, 140)}.0.{r.randrange(7000)}.{r.randrange(200)} Safari/537.36",
            f"chr{r.randrange(1, 22)}:{digits(8)}-{digits(8)}",
            f"matrix [[{r.randrange(999)} {r.randrange(999)} {r.randrange(9999)}] [{r.randrange(999)} {r.randrange(999)} {r.randrange(9999)}]]",
            f"cid:bafybei{run(r, 'abcdefghijklmnopqrstuvwxyz234567', 52)}",
            f"Build #{digits(4)} of job {run(r, ALNUM.lower(), 6)}-main passed in {r.randrange(60)}m{r.randrange(60)}s",
            f"bucket/{r.randrange(2020, 2025)}/{r.randrange(1, 13):02d}/{r.randrange(1, 29):02d}/{uuid()}.json",
            f"lat={r.uniform(-90, 90):.6f}&lng={r.uniform(-180, 180):.6f}&z=12",
            f"snowflake {r.randrange(10**17, 10**18)}, shard {r.randrange(64)}",
            json.dumps(
                {
                    "model": "claude-3-opus-20240229",
                    "usage": {"input_tokens": r.randrange(9999), "output_tokens": r.randrange(999)},
                }
            ),
            f"VAT rate {r.randrange(25)}.{r.randrange(10)}%, total EUR {r.randrange(9999)}.{r.randrange(100):02d}, invoice {r.randrange(2020, 2026)}-{digits(6)}",
        )
    yield from (
        "To change the password, open Settings > Security.",
        "password_min_length = 12",
        "raise AuthError('token expired or missing')",
        "The token bucket holds 500 tokens.",
        "tokens: list[str] = field(default_factory=list)",
        "# TODO: read api_key from the keyring",
        "secrets.token_hex(16)",
        "getpass('Password: ')",
        "const { token } = useAuth()",
        "PASSWORD_HASHERS = ['argon2']",
        "Authorization header is missing",
        "the bearer of this letter",
        "card layout uses a 12-column grid",
        "This phone has 128 GB and 8 GB RAM",
        "call stack size exceeded 10240",
        "fax machines in 1985-1995",
        "cellular automata rule 110",
        "tel:",
        "mailto:",
        "email templates v2.3.1",
        "passport-local@1.0.0",
        "express-session secret option is required",
        "iban.js validates IBANs",
        "SSN validation failed for row 17",
        "credit card form rendered",
        "dob field empty",
        "api_key: null",
        '"password": null',
        "password: [hidden]",
        "x-api-key: {{api_key}}",
        "token=$(vault read -field=token auth/x)",
        "AWS_PROFILE=dev-eu-west-1",
        "aws s3 cp s3://a/b c",
        "secret manager: enabled",
        "client_id: my-web-client",
        "username: svc-deploy",
        "key_id: alias/app-prod",
        "public key fingerprint",
        "sk-SK locale",
        "the desk-side visit",
        "ghp tokens look like ghp_ plus 36 characters",
        "xoxb tokens belong to bots",
        "use AKIA-style ids",
        "git@ssh.dev.example:v3/org/x",
    )


def cases(r: Random) -> Iterator[dict[str, Any]]:
    """All cases of the hold-out."""
    yield from _found(r)
    for text in _harmless(r):
        yield {"text": text, "labels": [], "source": "holdout: harmless"}
