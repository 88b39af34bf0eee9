"""Where to look: cheap patterns over raw JSON bytes, at least one of which fires wherever a rule could.

A trigger is a superset of its rule as seen through JSON escapes. It costs by how often it fires and by its
bounded repeats, so the ones here are short: a prefix and a few characters, a word and a sign.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.redaction.rule import keyed
from inspector.redaction.shadows import BASE64_ANCHOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.redaction.rule import KeyRule, Rule

_ESCAPE = rb"\\[nrtbf]|\\u[0-9a-fA-F]{4}"


def _forms(word: str) -> list[str]:
    """A word in the cases it is written in; ASCII letters are compared without regard to case anyway."""
    low = word.lower()
    return [low] if low.isascii() else sorted({low, low.capitalize(), low.upper()})


def _words(alternatives: Iterable[str]) -> list[bytes]:
    """Words as they stand in raw JSON that is written in UTF-8. Escaped spellings: see `escaped_hints`."""
    return sorted(
        {
            b"".join(b"[ _-]?" if c == " " else re.escape(c).encode("utf-8") for c in form)
            for word in alternatives
            for form in _forms(word)
        }
    )


def _escaped(char: str, slashes: int) -> bytes:
    units = char.encode("utf-16-be").hex()
    return b"".join(b"\\" * slashes + b"u" + units[n : n + 4].encode() for n in range(0, len(units), 4))


def escaped_hints(words: Iterable[str]) -> list[bytes]:
    """What gives away words beyond ASCII in JSON that escapes them, itself in a string up to three deep: the
    first such character with its neighbours, as literals."""
    out: set[bytes] = set()
    for form in (f for word in words for f in _forms(word) if not f.isascii()):
        at = next(n for n, c in enumerate(form) if not c.isascii())
        before = form[at - 1].encode() if at and form[at - 1].isalpha() else b""
        after = form[at + 1 : at + 2]
        for slashes in (1, 2, 4, 8):
            rest = after.encode() if after.isalpha() and after.isascii() else b""
            if not after.isascii():
                rest = _escaped(after, slashes)
            out.add(before + _escaped(form[at], slashes) + rest)
    return sorted(out)


FOREIGN = (
    "contraseña hasło пароль 密码 密碼 パスワード 비밀번호 tél móvil телефон тел моб 電話 电话 手机 携帯 전화 휴대폰 هاتف फ़ोन"
    " טלפון née né рождения 出生日期 生年月日 паспорт 护照 パスポート straße"
).split()
"""Words of the rules' patterns beyond ASCII."""


class Trigger(Struct, frozen=True):
    """One pattern over bytes; `structural` ones fire behind a key, whose value is then judged too."""

    pattern: bytes
    caseless: bool = False
    structural: bool = False
    behind: int = 0
    """Bytes at its end that stand behind the value."""


_STREETS = (
    Trigger(rb"stra(?:\xc3\x9f|ss)e|str\.|[a-z]weg|[a-z]platz|allee|gasse"),
    Trigger(
        rb" (?:Street|Avenue|Road|Boulevard|Lane|Drive|Court|Place|Square|Terrace|Parkway|Highway|Circle|Crescent"
        rb"|Way|Trail|St|Ave|Rd|Blvd|Ln|Dr|Ct|Pl|Sq|Ter|Pkwy|Hwy|Cir)[^a-zA-Z]"
    ),
    Trigger(rb" (?:Calle|Rue|Via|Avenida|Rua|Plaza|Place|Paseo|Chemin|Viale|Corso|Piazza|Ulica) "),
)
"""A pattern each: together they make an automaton of their own, which scans twice as slowly."""

_NEXT = b" =:\\'`].,;<>()[{}!?/+*&%$#@~^\t\xef\xe2\xe3\xe5\xe6\xe7\xe8\xe9\xc2\xc3\xd0\xd1"
"""What may stand behind a telling word: no letter, no `_`, no closing quote of a JSON string."""
_FRONT = rb"(?:^|[^a-zA-Z]|" + _ESCAPE + rb")"
"""What may stand before a short one, the letters of escapes included."""


def _followed(stems: Iterable[str], digits: bool = True) -> tuple[Trigger, ...]:
    """Words with each byte that may follow, as plain literals: hundreds of those scan faster than one pattern.
    Those that begin with `^` are too short to stand in a longer word, and share a pattern."""
    out: set[bytes] = set()
    short: list[bytes] = []
    # Thousands of literals at every start: each part is escaped once.
    behind = [re.escape(bytes([c])) for c in _NEXT] + [b"%d" % n for n in range(10) if digits]
    for stem in stems:
        if stem.startswith("^"):
            short.append(stem[1:].encode())
            continue
        word = re.escape(stem.encode())
        out.update([word + end for end in behind])
    literals = Trigger(b"(?:" + b"|".join(sorted(out)) + b")", True)
    if not short:
        return (literals,)
    return literals, Trigger(_FRONT + b"(?:" + b"|".join(short) + rb")[^a-z_\"]", True)


_PASSWORD = _followed(
    "password,pass word,passwd,passwort,passphrase,pass phrase,passcode,passkey,pwd,^pass,kennwort,contraseña,contrasena"
    ",mot de passe,senha,wachtwoord,hasło,^pw,^pin,пароль,Пароль,ПАРОЛЬ,密码,密碼,パスワード,비밀번호,pin code,pin number".split(
        ","
    )
)
_SECRET = _followed(
    "_key,-key, key,?key,&key,apikey,accesskey,secretkey,authkey,privatekey,signingkey,encryptionkey,masterkey,licensekey"
    ",licencekey,subscriptionkey,accountkey,storagekey,servicekey,serverkey,sessionkey,adminkey,appkey,applicationkey"
    ",writekey,readkey,projectkey,publishablekey,integrationkey,primarykey,secondarykey,sharedkey,hostkey,functionkey"
    ",ingestkey,instrumentationkey,access code,access_code,access-code,accesscode,?code,&code,token,secret,secret value"
    ",secret_value,secret-value,secretvalue,credential,credentials,_pat,-pat,hmac,sessionid,session id,session_id"
    ",session-id,sessid,sess_id,sess-id,sess id,cookie,phpsessid,connect.sid,signature,phrase,?sig,&sig,?auth,&auth"
    ",-auth,authorization,x-auth,-session".split(",")
)
_ASSIGNED = rb"\w(?:\\+[\"']|')?\s{0,2}"
_NAMED_VALUE = tuple(
    Trigger(_ASSIGNED + sign + rb"\s{0,2}(?:\\+[\"']|[\"'])?/?[A-Za-z0-9_=+-](?:[A-Za-z0-9_=+/-]{14})")
    for sign in (b"=>?", b":")
)
"""A sign each: both in one pattern scan twice as slowly, and slow down whatever they stand beside."""

_HEADER = Trigger(rb"x-[a-z-]*auth[a-z-]*(?:\\+[\"']|')?\s{0,2}:", True)
_PHONE = _followed(
    "phone,mobile,cell,whatsapp,whats app,fax,^tel,sms,text me,text me at,text me on,reach me,reach us,reach him,reach her"
    ",reach them,ring me,my number,handy,mobil,telefono,telefone,telefon,tél,móvil,celular,cellulare,тел,моб,телефон"
    ",телефону,電話,电话,手机,携帯,전화,휴대폰,هاتف,फ़ोन,טלפון,number,nummer,numéro,número,numero,номер,番号,号码".split(
        ","
    )
)
_LEADS = b"\xc3\xd0\xe2\xe3\xe5\xe6\xe7\xe8\xeb\xef"
"""What the rule's words and signs beyond ASCII begin with."""
_SIGNS = tuple(bytes([c]) for c in b":=#(+'0123456789" + _LEADS)
_BEHIND_CALL = (
    *b" them| today| now| later| tomorrow| anytime| at | on | is | was | to | ist | est | es | via | under | num|  "
    b"|_no|-no|_nu|-nu|_nr|-nr|no|nu|nr".split(b"|"),
    *(word + sign for word in (b"", b" ") for sign in _SIGNS),
    *(
        word + sign
        for word in b" me| us| him| her| back| no| nr".split(b"|")
        for sign in (*_SIGNS, b" ", b".", b"\\")
    ),
)
"""What may stand between `call` or `dial` and a number, or begins it."""
_CALL = (
    Trigger(
        b"(?:"
        + b"|".join(re.escape(word + more) for word in (b"call", b"dial") for more in _BEHIND_CALL)
        + b")",
        True,
    ),
    Trigger(rb"(?:call|dial) ?\\[^0-9,{\[\-]{0,14}[0-9]", True),
)
"""As literals, which scan fast, and with an escape behind it: paragraphs end in `call` too."""

_LEFT = rb"[^0-9A-Zac-eg-mo-qsu-z_.\-]"
"""Left of a number that goes on from nothing: a letter may be an escape's. One class of bytes scans several
times faster than a choice of edges, so the rarer ones have patterns of their own."""
_TAIL = rb"[^0-9][.\-]"
"""A dot or a dash that no digit stands before; behind one it is the tail of a float or of an id."""
_JOINT = rb"(?:[ .,_/-]|\\+n){1,2}"
_ISSUER = rb"(?:4\d|5[0-8]|6\d|3[04-9]|2[1-7])\d{2}"
_LAYOUT = (
    _ISSUER
    + rb"(?:%(s)s(?:\d{4,6}%(s)s\d{4}|\d{12})|\d{2}%(s)s\d{4}(?:\d{6}|%(s)s\d{5})|\d{4}%(s)s\d{8}|\d{8}%(s)s\d{4})"
    % {b"s": _JOINT}
)
"""How the groups of `checks.payment` begin."""
CARDS = tuple(
    Trigger(edge + run + rb"[^0-9A-Za-z_]", behind=1)
    for edge in (_LEFT, _TAIL)
    for run in (
        rb"(?:4\d|3[04-9]|21)\d{11,14}",
        rb"(?:4\d|5[0-8]|6\d|2[2-7]|3[05689])\d{14,17}",
    )
)
"""Runs of digits by issuer and length; the check digit and the rest of the ranges: see `cards`."""
CARD_GROUPS = tuple(Trigger(edge + _LAYOUT) for edge in (_LEFT, _TAIL))
_CARD_PAIRS = (
    Trigger(rb"[^0-9A-Zac-eg-mo-qsu-z_][2-6]\d?(?:" + _JOINT + rb"\d{1,2}){6}"),
    Trigger(rb"(?:^|\\u[0-9a-fA-F]{4})[2-6](?:\d{3}|\d?[ .,_/\\-])"),
)
_DASHED = Trigger(rb"\d-(?:\\+n)?\d{3,5}[.-]")
_DOTTED = Trigger(rb"\d[.]\d{3,5}[.-]\d")
_SPACED = Trigger(rb"\d \d{3,5}[ -]\d")
_BRACKET = Trigger(rb"\)[ .-]{0,2}(?:\\+n)?\d{3,5}[ .-](?:\\+n)?\d")
"""Groups of digits with one of three to five between others: telephones and national numbers, but no dates.
Digit, sign, digit in each makes a short literal of it: one pattern for all of them scans five times slower."""

_OWN: dict[str, Trigger | tuple[Trigger, ...]] = {
    "card": (*CARDS, *CARD_GROUPS, *_CARD_PAIRS),
    "card_grouped": (*CARDS, *CARD_GROUPS, *_CARD_PAIRS),
    "card_digits": _CARD_PAIRS,
    "password_assigned": _PASSWORD,
    "password_quoted": _PASSWORD,
    "password_spoken": _PASSWORD,
    "secret_assigned": _SECRET,
    "secret_quoted": _SECRET,
    "secret_spoken": _SECRET,
    "auth_token_header": (*_SECRET, _HEADER),
    "authorization_header": _SECRET,
    "phone_named": (*_PHONE, *_CALL),
    "phone_national": (
        Trigger(rb"(?:^|[^0-9A-Za-z_.\-/:]|" + _ESCAPE + rb")0[1-9]\d{0,4}\)?[ ./-]{1,3}\d{2}"),
        Trigger(rb"[^0-9][.\-/:]0[1-9]\d{0,4}\)?[ ./-]{1,3}\d{2}"),
    ),
    "national_id_fi": (
        Trigger(rb"[0-3]\d[01]\d{3}-\d{3}[0-9A-FHJ-NPR-Y]"),
        *(Trigger(rb"\d{3}[%c]\d{3}" % c) for c in b"+ABCDEFUVWXY"),
    ),
    "phone_near": (_SPACED, Trigger(rb"\d{4} \d{4}")),
    "mailgun_signing_key": Trigger(rb"[0-9a-f]-[0-9a-f]{8}-[0-9a-f]{8}"),
    "phone_after_email": (
        Trigger(rb"[\w.+'\x80-\xff-]@[\w\x80-\xff\\-]"),
        Trigger(rb"[ ,;|/n]0\d{8}"),
    ),
    "machine_readable_zone": Trigger(rb"[A-Z0-9<]<<[A-Z0-9<]"),
    "xml_secret": (*_PASSWORD, *_SECRET, Trigger(rb"[a-z]key[>\s\\']", True)),
    "phone_nanp": (
        _DASHED,
        _DOTTED,
        _BRACKET,
        _SPACED,
        Trigger(rb"\d{3}[ .-]\\+n\d{4}"),
        Trigger(rb"\d/\d{3}-\d"),
    ),
    "phone_area": (_DASHED, _BRACKET, Trigger(rb"\)[ -]?\d{1,3}-\d{2}-")),
    "national_id_br": _DOTTED,
    "national_id_ch": _DOTTED,
    "national_id_cl": _DOTTED,
    "national_id_be": _DASHED,
    "national_id_fr": _SPACED,
    "national_id_th": _DASHED,
    "national_id_ru": _DASHED,
    "national_id_it": Trigger(
        rb"[A-Za-z]\d\d[A-EHLMPR-Ta-ehlmpr-t]\d\d[A-Za-z]\d{3}[A-Za-z][^0-9A-Za-z_]", behind=1
    ),
    "azure_client_secret": Trigger(rb"\dQ~"),
    "newrelic_licence": Trigger(rb"[0-9a-fA-F]NRAL"),
    "telegram_token": Trigger(rb"\d:AA[A-Za-z0-9_-]{4}"),
    "mailchimp_key": Trigger(rb"[0-9a-f]{4}-us\d"),
    "okta_token": Trigger(rb"okta|ssws", True, True),
    "salesforce_token": Trigger(rb"00D[A-Za-z0-9]{6}"),
    "facebook_app_token": Trigger(rb"\d{6}(?:\||%7C)[A-Za-z0-9_-]{4}"),
    "dob_named": Trigger(
        b"(?:"
        + b"|".join(
            _words(
                (
                    "dob",
                    "d.o.b",
                    "birth",
                    "geburtsdatum",
                    "geboren",
                    "geb.",
                    "naissance",
                    "née le",
                    "né le",
                    "nee le",
                    "nacimiento",
                    "nacido el",
                    "nacida el",
                    "nascimento",
                    "nascita",
                    "nato il",
                    "nata il",
                    "рождения",
                    "出生日期",
                    "生年月日",
                )
            )
        )
        + b"|born)",
        True,
    ),
    "passport_named": Trigger(
        b"(?:"
        + b"|".join(
            _words(
                (
                    "passport",
                    "reisepass",
                    "passeport",
                    "pasaporte",
                    "passaporto",
                    "паспорт",
                    "护照",
                    "パスポート",
                )
            )
        )
        + b")",
        True,
    ),
    "driver_licence_named": Trigger(rb"(?:driver|driving).{0,12}licen[cs]e", True),
    "street_address": _STREETS,
    "street_address_reversed": (
        Trigger(rb"[0-9a-zA-Z], (?:\d{2}-\d{3}|\d{4,5}(?: ?[A-Z]{2})?) [A-Z\xc3\\]"),
        Trigger(rb"\d(?: ?[a-zA-Z])? {1,2}(?:\d{2}-\d{3}|\d{4,5}(?: ?[A-Z]{2})?) [A-Z\xc3\\]"),
        Trigger(
            rb"(?:rue|avenue|boulevard|place|chemin|all\S{1,6}e|impasse|quai|cours)"
            rb" (?:(?:de|du|des|la|le|l'|d'|aux?) ?){0,3}[A-Z\xc3\\]"
        ),
    ),
    "url_userinfo": Trigger(rb":\\?/\\?/[^\s/\"'<>]*@"),
    "url_userinfo_token": Trigger(rb":\\?/\\?/[^\s/\"'<>]*@"),
    "cli_password": Trigger(
        rb"--(?:[a-z]+-)?pass|--pwd|sshpass|mysql[a-z]* |-u[ =]|--user[ =]|PGPASSWORD=|MYSQL_PWD=|redis-cli",
        True,
    ),
    "cli_token": Trigger(rb"--(?:[a-z]+-){0,3}(?:token|secret|key|apikey|auth)", True),
    "aws_secret_key": Trigger(rb"[^a-z]aws|amazon|akia[a-z0-9]|asia[a-z0-9]|secret", True),
    "card_code": Trigger(rb"(?:cvv|cvc|verification|security code)[^0-9]{0,24}\d{3}", True),
    "docker_config_auth": Trigger(rb"auth\\*\"\s?:"),
    "discord_token": Trigger(rb"[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{8}"),
    "iban": (
        Trigger(rb"[^0-9A-Zac-eg-mo-qsu-z][A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{4}){2}[ .-]?[A-Z0-9]{3}"),
        Trigger(rb"(?:^|\\u[0-9a-fA-F]{4})[A-Z]{2}\d{2}[ .-]?[A-Z0-9]{4}"),
    ),
    "azure_marked_key": Trigger(
        rb"(?:\+ASt|ACDb|\+ASb|\+AEh|\+ARm|AIoT|AzSe|AzFu|AzCa|APIM)[A-Za-z0-9+/]{4}"
    ),
    "azure_devops_pat": Trigger(rb"[A-Za-z0-9]{4}AZDO"),
    "maxmind_key": Trigger(rb"[A-Za-z0-9]_mmk"),
    "twitter_bearer": Trigger(rb"A{19}"),
}

_NAMED = re.compile(r"^\(\?i\)(\(\?:.*?\))\[\\w \.-\]\{0,24\}\?")


def trigger_of(rule: Rule) -> list[Trigger]:
    """What fires for one rule: an own trigger, its context words, the file's trigger, or its keywords."""
    own = _OWN.get(rule.name)
    if own is not None and not rule.custom:
        return list(own) if isinstance(own, tuple) else [own]
    named = _NAMED.match(rule.pattern)
    if named is not None and not rule.custom:
        return list(_NAMED_VALUE)
    if by_context(rule):
        return context_triggers(rule.context)
    if rule.keywords and not rule.custom and rule.type.startswith("credential") and _telling(rule.keywords):
        return [Trigger(b"(?:" + b"|".join(_words(rule.keywords)) + b")", True)]
    if rule.trigger:
        return [Trigger(rule.trigger.encode("utf-8"))]
    if rule.keywords:
        return [Trigger(b"|".join(_words(rule.keywords)), True)]
    return [] if not raw_safe(rule.pattern) else [Trigger(rule.pattern.encode("utf-8"))]


def _telling(keywords: Sequence[str]) -> bool:
    """Whether keywords are prefixes that stand in no ordinary text."""
    return all(
        (len(k) >= 4 and k.isascii() and not k.isalpha()) or len(k) >= 8 or (len(k) == 3 and k[-1] in "_")
        for k in keywords
    )


def by_context(rule: Rule) -> bool:
    """Whether a rule's context words say better where to look than its pattern, which is a bare number."""
    return keyed(rule) and rule.name not in _OWN


_UNSAFE = re.compile(r"[\^$\"'\s]|\\[^dw.\-\[\](){}|+*?/]|\[\^|(?<!\\)\.|\(\?[^:P]|[^\x00-\x7f]")


def raw_safe(pattern: str) -> bool:
    """Whether a pattern sees the same in a JSON token as in the text that the token stands for."""
    return _UNSAFE.search(pattern) is None


def context_triggers(words: Sequence[str]) -> list[Trigger]:
    """Context words standing alone; behind one that is a key, the value is judged too."""
    short = _words(w for w in words if len(w) < 6 and w.isascii())
    long = _words(w for w in words if len(w) >= 6 or not w.isascii())
    out = []
    if long:
        out.append(Trigger(b"(?:" + b"|".join(long) + b")", True, True))
    if short:
        each = b"(?:" + b"|".join(short) + b")"
        out.append(Trigger(rb"(?:^|[^a-z]|" + _ESCAPE + rb")" + each + rb"(?:e?s)?[^a-z]", True, True))
        camel = (
            b"(?:"
            + b"|".join(
                re.escape(w[:1].upper() + w[1:]).encode() for w in words if len(w) < 6 and w.isascii()
            )
            + b")"
        )
        out.append(Trigger(rb"[a-z0-9]" + camel + rb"(?:e?s)?[^a-z]", False, True))
    return out


def key_trigger(rules: Sequence[KeyRule]) -> list[Trigger]:
    """Sensitive keys with the quote, or the escape of it, that closes them; plain literals compile fastest."""
    words: set[str] = set()
    for rule in rules:
        for entry in () if rule.requires_sibling else rule.keys:
            parts = re.split(r"[_\-]", entry.lower().lstrip("*_"))
            words |= {joint.join(parts) for joint in ("_", "-", "", " ")}
    shortest = {w for w in words if not any(w[n:] in words for n in range(1, len(w)))}
    return [Trigger(re.escape(w).encode() + rb'[\\"]', True, True) for w in sorted(shortest)]


SHADOWS = (
    rb"\\u00[2-7][0-9a-fA-F]",
    rb"\\u(?:00[aA][0dD]|20[0-6][0-9a-fA-F]|2212|[fF][fFeE][0-9a-fA-F]{2}|034[fF]|180[bB-eE]|3000|3002|3164)",
    rb"\\u(?:06[6fF]|09[6]|[dD]83[5cC]|1[dD]|2[14][0-9a-fA-F]|0[07][bBcC]|115[fF]|1160)",
    rb"\\u001[bB]|\\u009[bB]|\x1b",
    rb"%[2-7][0-9A-Fa-f]",
    rb"&#[xX]?[0-9a-fA-F]{2}|&(?:commat|period|lowbar|hyphen|dash|colon|equals|sol|plus|num|Tab|nbsp|amp|quot);",
    rb"\xe2\x80[\x80-\xaf]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xbc|\xef\xbd|\xef\xb9|\xc2\xad|\xc2\xa0"
    rb"|\xe2\x88\x92|\xf0\x9d[\x90-\x9f]|\xe3\x80[\x80\x82]|\xd9[\xa0-\xa9]|\xdb[\xb0-\xb9]|\xe0\xa5[\xa6-\xaf]"
    rb"|\xcd\x8f|\xe1\xa0[\x8b-\x8e]|\xf3\xa0",
    rb"\\/",
    rb"\\x[2-7][0-9a-fA-F]",
    BASE64_ANCHOR,
)
"""What calls for another reading of a text (see `shadows`)."""


NEIGHBOURS = (
    rb'\}[\s\\nrt]*,[\s\\nrt]*\{[\s\\nrt]*"type\\*"\s*:\s*\\*"(?:input_|output_)?text\\*"',
    rb'"type\\*"\s*:\s*\\*"(?:input_|output_)?text\\*"[\s\\nrt]*\}[\s\\nrt]*,[\s\\nrt]*\{',
    rb'delta\\*"\s*:',
)
"""Message parts and stream pieces that stand side by side, and so are read as one text."""
