"""Values of each type, made from published formats. Everything random comes from the generator handed in."""

# One text a line reads better than one wrapped.

from __future__ import annotations

import base64
import json
import string
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


class Value(NamedTuple):
    text: str
    type: str
    source: str


def moment(rng: Random) -> datetime:
    return datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**8))


def run(rng: Random, alphabet: str, size: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(size))


def luhn_digit(body: str) -> str:
    total = 0
    for place, char in enumerate(reversed(body)):
        number = int(char) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


words_text = (
    "amber basil cedar delta ember fjord grove harbor indigo juniper kestrel lagoon maple nectar onyx pepper quartz "
    "river saffron tundra umber velvet willow xenon yonder zephyr"
)
WORDS = words_text.split()
domains_text = (
    "example.com example.org example.net mail.example.com corp.example eu.example.org sub.dept.example.net shop.test "
    "intra.example post.invalid bücher.example xn--bcher-kva.example 例え.example"
)
DOMAINS = domains_text.split()


def email(rng: Random) -> Value:
    """RFC 5321, 6531 and 2606: shapes of local parts over reserved domains."""
    a, b, n = rng.choice(WORDS), rng.choice(WORDS), rng.randrange(1, 999)
    local = rng.choice(
        (
            f"{a}.{b}",
            f"{a}{n}",
            f"{a[0]}.{b}",
            f"{a}_{b}",
            f"{a}-{b}+{n}",
            a,
            f"{a}.{b}{n}",
            f"{a}+tag",
            a.upper(),
            a.title() + b.title(),
            f"müller.{a}",
            f"o'{b}",
            f"{n}{a}",
            f"{a}.{b}.{n}",
        )
    )
    return Value(f"{local}@{rng.choice(DOMAINS)}", "email", "RFC 5321, RFC 6531, RFC 2606")


def phone_us(rng: Random) -> Value:
    """555-0100 to 555-0199 in any area: set aside for fiction by the North American plan."""
    area, last = (
        rng.choice(("201", "212", "305", "415", "512", "617", "703", "808", "907")),
        f"01{rng.randrange(100):02d}",
    )
    shape = rng.choice(
        (
            "({a}) 555-{l}",
            "{a}-555-{l}",
            "{a}.555.{l}",
            "+1 {a} 555 {l}",
            "+1-{a}-555-{l}",
            "+1{a}555{l}",
            "1-{a}-555-{l}",
            "+1 ({a}) 555-{l}",
            "({a})555-{l}",
            "{a}-555-{l} ext. 42",
            "+1.{a}.555.{l}",
            "({a}) 555-{l} x307",
        )
    )
    return Value(shape.format(a=area, l=last), "phone", "NANP fictional 555-01xx")


def phone_world(rng: Random) -> Value:
    """Numbers that Ofcom, ACMA, ARCEP and the Bundesnetzagentur keep for films, and free ones of other plans."""

    def d(size: int) -> str:
        return run(rng, string.digits, size)

    shapes = (
        f"+44 20 7946 0{d(3)}",
        f"+44 7700 900{d(3)}",
        f"020 7946 0{d(3)}",
        f"07700 900{d(3)}",
        f"+61 491 570 {d(3)}",
        f"+61 2 5550 {d(4)}",
        f"01 99 00 {d(2)} {d(2)}",
        f"+33 1 99 00 {d(2)} {d(2)}",
        f"+33 6 39 98 {d(2)} {d(2)}",
        f"+49 30 23125 {d(3)}",
        f"030 23125 {d(3)}",
        f"+49 171 39200{d(2)}",
        f"+49 (0)89 99998-{d(3)}",
        f"+353 20 91{d(5)}",
        f"+48 60{d(1)} {d(3)} {d(3)}",
        f"+34 6{d(2)} {d(3)} {d(3)}",
        f"+39 3{d(2)} {d(3)} {d(4)}",
        f"+91 98{d(3)} {d(5)}",
        f"+81 90-{d(4)}-{d(4)}",
        f"+86 138 {d(4)} {d(4)}",
        f"+55 11 9{d(4)}-{d(4)}",
        f"+7 912 {d(3)}-{d(2)}-{d(2)}",
        f"+46-70-174 06 {d(2)}",
        f"+31 6 {d(8)}",
        f"+41 79 {d(3)} {d(2)} {d(2)}",
        f"+971 50 {d(3)} {d(4)}",
        f"+27 82 {d(3)} {d(4)}",
        f"+972-54-{d(3)}-{d(4)}",
        f"+82 10-{d(4)}-{d(4)}",
        f"+4479{d(8)}",
        f"+4917{d(9)}",
        f"+52 55 {d(4)} {d(4)}",
        f"0044 20 7946 0{d(3)}",
        f"+65 9{d(3)} {d(4)}",
        f"+380 67 {d(3)} {d(2)} {d(2)}",
        f"+234 80{d(1)} {d(3)} {d(4)}",
    )
    return Value(
        rng.choice(shapes), "phone", "Ofcom, ACMA, ARCEP, Bundesnetzagentur drama numbers; ITU E.164"
    )


test_cards_text = (
    "4242424242424242 4000056655665556 5555555555554444 2223003122003222 5200828282828210 5105105105105100 "
    "378282246310005 371449635398431 6011111111111117 6011000990139424 3056930009020004 36227206271667 "
    "3566002020360505 6200000000000005 6205500000000000004 4111111111111111 4012888888881881 5431111111111111 "
    "2222400070000005 30569309025904 6759649826438453"
)
TEST_CARDS = test_cards_text.split()


def card(rng: Random) -> Value:
    """Test numbers that Stripe, Adyen and PayPal publish, and random ones in issuers' ranges with a Luhn digit."""
    if rng.random() < 0.4:
        digits, source = rng.choice(TEST_CARDS), "Stripe, Adyen, PayPal test card numbers"
    else:
        prefix, size = rng.choice(
            (
                ("4", 16),
                ("51", 16),
                ("55", 16),
                ("2221", 16),
                ("34", 15),
                ("37", 15),
                ("6011", 16),
                ("65", 16),
                ("3528", 16),
                ("36", 14),
                ("62", 16),
                ("2200", 16),
            )
        )
        body = prefix + run(rng, string.digits, size - len(prefix) - 1)
        digits, source = body + luhn_digit(body), "ISO/IEC 7812 ranges"
    if len(digits) == 16:
        g = [digits[i : i + 4] for i in range(0, 16, 4)]
        text = rng.choice((digits, " ".join(g), "-".join(g), " ".join(g), ".".join(g)))
    elif len(digits) == 15:
        text = rng.choice(
            (
                digits,
                f"{digits[:4]} {digits[4:10]} {digits[10:]}",
                f"{digits[:4]}-{digits[4:10]}-{digits[10:]}",
            )
        )
    elif len(digits) == 14:
        text = rng.choice((digits, f"{digits[:4]} {digits[4:10]} {digits[10:]}"))
    else:
        text = digits
    return Value(text, "card", source)


def ssn(rng: Random) -> Value:
    """Ranges that the Social Security Administration has issued."""
    area = rng.choice([n for n in range(1, 900) if n != 666])
    return Value(
        f"{area:03d}-{rng.randrange(1, 100):02d}-{rng.randrange(1, 10000):04d}", "ssn", "SSA number ranges"
    )


iban_examples_text = (
    "AD1200012030200359100100 AE070331234567890123456 AT611904300234573201 BE68539007547034 BG80BNBG96611020345678 "
    "CH9300762011623852957 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 "
    "DK5000400440116243 EE382200221020145685 ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 "
    "GB29NWBK60161331926819 GR1601101250000000012300695 HR1210010051863000160 HU42117730161111101800000000 "
    "IE29AIBK93115212345678 IL620108000000099999999 IT60X0542811101000000123456 LT121000011101001000 "
    "LU280019400644750000 LV80BANK0000435195001 MT84MALT011000012345MTLCAST001S NL91ABNA0417164300 NO9386011117947 "
    "PL61109010140000071219812874 PT50000201231234567890154 RO49AAAA1B31007593840000 SE4550000000058398257466 "
    "SI56263300012039086 SK3112000000198742637541 TR330006100519786457841326 SA0380000000608010167519"
)
IBAN_EXAMPLES = iban_examples_text.split()


def iban(rng: Random) -> Value:
    """The registry's own examples, and random accounts of fixed-length countries with their check digits."""
    if rng.random() < 0.5:
        text, source = rng.choice(IBAN_EXAMPLES), "IBAN registry examples"
    else:
        country, size = rng.choice(
            (("DE", 18), ("AT", 16), ("BE", 12), ("DK", 14), ("ES", 20), ("FI", 14), ("PL", 24), ("NO", 11))
        )
        account = run(rng, string.digits, size)
        number = int("".join(str(int(c, 36)) for c in account + country + "00"))
        text, source = f"{country}{98 - number % 97:02d}{account}", "ISO 13616 check digits"
    if rng.random() < 0.4:
        text = " ".join(text[i : i + 4] for i in range(0, len(text), 4))
    return Value(text, "iban", source)


def ip(rng: Random) -> Value:
    """Documentation ranges of RFC 5737 and RFC 3849."""

    def n() -> int:
        return rng.randrange(1, 255)

    text = rng.choice(
        (
            f"192.0.2.{n()}",
            f"198.51.100.{n()}",
            f"203.0.113.{n()}",
            f"10.{n()}.{n()}.{n()}",
            f"2001:db8::{n():x}:{n():x}",
            f"2001:db8:{n():x}:{n():x}:{n():x}:{n():x}:{n():x}:{n():x}",
        )
    )
    return Value(text, "ip", "RFC 5737, RFC 3849")


def aws_secret(rng: Random) -> Value:
    while True:
        text = run(rng, ALNUM + "/+", 40)
        if any(c.isdigit() for c in text) and not text.startswith(("/", "+")):
            return Value(text, "credential.aws", "AWS IAM: secret access keys have 40 characters")


def jwt(rng: Random) -> Value:
    """RFC 7519 over random claims."""

    def enc(claims: dict[str, object]) -> str:
        raw = json.dumps(claims, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    head = enc({"alg": rng.choice(("HS256", "RS256", "ES256")), "typ": "JWT", "kid": run(rng, HEX, 8)})
    body = enc(
        {
            "sub": str(rng.randrange(10**6)),
            "iat": 1_700_000_000 + rng.randrange(10**7),
            "scope": rng.choice(WORDS),
        }
    )
    return Value(f"{head}.{body}.{run(rng, ALNUM + '-_', 43)}", "credential.jwt", "RFC 7519")


def pem(rng: Random) -> Value:
    """RFC 7468; every fifth is cut short."""
    kind = rng.choice(
        ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    )
    body = "\n".join(run(rng, ALNUM + "+/", 64) for _ in range(rng.randrange(2, 6)))
    text = f"-----BEGIN {kind}-----\n{body}"
    if rng.random() < 0.8:
        text += f"\n-----END {kind}-----"
    return Value(text, "credential.private_key", "RFC 7468")


def password(rng: Random) -> Value:
    """Shapes people choose: word with digits, leetspeak, random with symbols."""
    w = rng.choice(WORDS)
    n = rng.randrange(10, 9999)
    text = rng.choice(
        (
            f"{w}{n}",
            f"{w.title()}{n}!",
            f"{w.title()}#{n}",
            run(rng, ALNUM, 12),
            f"{w.replace('e', '3').replace('a', '4')}{n}",
            run(rng, ALNUM + "!#%*-_", 16),
            f"{w}-{rng.choice(WORDS)}-{n}",
            f"P@ss{n}w0rd",
            f"{n}{w.upper()}",
        )
    )
    return Value(
        text, "credential.password", "password shapes of public guidance (NIST SP 800-63B, diceware)"
    )


def secret(rng: Random) -> Value:
    """What frameworks draw: hex, URL-safe and mixed runs of 16 to 64 characters."""
    size = rng.choice((16, 20, 24, 32, 40, 48, 64))
    while True:
        text = run(rng, rng.choice((HEX, ALNUM, ALNUM + "-_")), size)
        if (
            any(c.isdigit() for c in text)
            and any(c.isalpha() for c in text)
            and text[0] not in "-_"
            and text[-1] not in "-_"
        ):
            return Value(text, "credential.token", "secrets.token_hex, token_urlsafe")


def userinfo(rng: Random) -> Value:
    return Value(run(rng, ALNUM, rng.randrange(8, 20)), "credential.url", "RFC 3986 userinfo")


def basic(rng: Random) -> Value:
    raw = f"{rng.choice(WORDS)}:{run(rng, ALNUM, 12)}".encode()
    return Value(base64.b64encode(raw).decode(), "credential.basic", "RFC 7617")
