"""Whether a run of characters is a placeholder, a piece of code, words that somebody chose, or was drawn."""

from __future__ import annotations

import math
import re
from collections import Counter

from inspector.redaction.checks.edges import before

_LONGEST = 200
"""Characters beyond which a value is no placeholder, name or reference; keeps the tests below cheap."""

_PLACEHOLDER = re.compile(
    r"""(?ix) (?:
      (.)\1*                                     # one character, repeated
    | [*x•.…_\-#?]+ | <.* | \[.* | \$[({\w].* | \{.* | %[({].* | %\w+% | %[sdrv%] | @.*@ | &\w+;?.*
    | .*(?:\.\.\.|…|xxxx|\*\*\*|•••).*
    | .*(?:your|insert|replace)[-_ .]?
        (?:own|me|this|api|key|token|secret|password|pass|here|it|with|the|new)\b.*
    | (?:.*[^a-z])?(?:your|my|the|some|any|user|enter)[-_][a-z_-]*
        (?:key|token|secret|password|passwd|pwd|credential)s?(?:[-_]here)?
    | your.* | .*[-_ ]here | .*placeholder.* | .*redacted.* | .*masked.* | .*encrypted\]?
    | todo | tbd | n/?a
    | sha(?:1|256|512)[:-].*
    )""",
)
_FIRST = frozenset("*x._-#?<[$%{@&")
_SHORT = frozenset(("", "todo", "tbd", "n/a", "na"))
_PARTS = (
    "...", "xxxx", "***", "your", "insert", "replace", "key", "token", "secret", "passw", "pwd", "credential",
    "placeholder", "redacted", "masked", "encrypted",
)  # fmt: skip
"""One of these begins, is or stands in whatever `_PLACEHOLDER` matches; so says a test."""
_COUNTED = 300
"""Characters up to which counting each in turn is the fastest."""
_NOTHING = """
null none nil true false undefined void empty blank unset default optional required missing invalid valid
incorrect wrong correct expired expires error failed failure denied ok yes no on off enabled disabled
unknown str string text bytes byte int integer number float bool boolean object dict list array any type
char varchar date datetime uuid email url uri file path name value secretstr password passwd pwd passphrase
secret token key apikey api_key credentials credential auth username user login basic bearer digest oauth
oauth2 jwt sso hmac aes rsa md5 bcrypt argon2 scrypt plaintext plain encrypted hashed hidden utf8 utf-8
utf16 ascii latin1 base64 hex sha1 sha256 sha512 sha-256 hs256 rs256 es256 aes256 pbkdf2 x509 scram-sha-256
masked sensitive confidential private public input prompt stdin env environment vault keychain production
development staging sandbox options option argument arguments parameter parameters flag flags wrapper
callback handler tokenizer tokenizers next auto manual reset change update changed updated forgot forgotten
set get post put rotate rotated stored generated revoked policy policies rules rule strength length field
must should shall will can cannot may might was were has have is not the a an and or but for to of in on at
by with your my our his her their its this that these those it you we please enter use using click see below
above here there then when if same new old current weak strong secure safe unsafe insecure short long too
very now again later only also just never always from into used works working visible
"""
_WORDS = frozenset(_NOTHING.split())
"""What stands behind a word for a secret without being one."""

_REFERENCE = re.compile(
    r"""(?x) (?:
      [A-Za-z_$][\w$]*\s*\(.*                                # a call
    | (?:[A-Za-z_$][\w$]*\.)+[A-Za-z_$][\w$]*(?:[(\[].*)?    # a dotted name
    | [A-Za-z_][\w.]*\[.*                                    # an index or a generic
    | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+                          # a constant
    | (?:self|this|process|os|env|config|settings|request|req|args|options|opts|ctx|context|secrets|vault|var)
        \b[.:/\[].*
    | (?:arn|projects|vault|secretsmanager|op|keyvault|file|env|https?|s3|gs|ref)(?::|/).*
    | [A-Za-z_]*(?i:password|passwd|pwd|secret|token|key|credentials?)
    | (?:new|await|lambda|func|function|async|return)\b.*
    | .+(?:=>|==|\|\||&&|::).+
    | [/~][\w.~-]*(?:/[\w.~-]*)+                             # a path
    )"""
)
_SEGMENTS = re.compile(r"[-_./: ]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERED = re.compile(r"[a-z]{1,10}\d{1,2}|\d{1,3}[a-z]{1,2}|v?\d+(?:\.\d+)*")


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    size = len(value)
    few = size < _COUNTED
    counts = [value.count(c) for c in dict.fromkeys(value)] if few else Counter(value).values()
    return -sum([n / size * math.log2(n / size) for n in counts]) if size else 0.0


def placeholder(value: str) -> bool:
    """Stands for a secret without being one: `<token>`, `your-api-key`, `****`, `none`."""
    if len(value) > _LONGEST:
        return len(set(value)) < 3
    low = value.lower()
    if low.strip(".,:;!?()[]{}'\"") in _WORDS:
        return True
    return _may_stand(low) and _PLACEHOLDER.fullmatch(value) is not None


def _may_stand(low: str) -> bool:
    """Whether the long pattern could match at all; it costs more than these questions."""
    return (
        not low.isascii()
        or low[:1] in _FIRST
        or low in _SHORT
        or low.startswith("sha")
        or low.endswith("here")
        or low == low[:1] * len(low)
        or any(part in low for part in _PARTS)
    )


def reference(value: str) -> bool:
    """Code that names where the secret comes from rather than the secret."""
    return len(value) <= _LONGEST and _REFERENCE.fullmatch(value) is not None


def named(value: str) -> bool:
    """An identifier in camel case, made of words."""
    parts = _CAMEL.findall(value)
    whole = value.isalpha() and sum(map(len, parts)) == len(value)
    return whole and len(parts) > 1 and len(value) / len(parts) >= 4 and all(_vowels(p) for p in parts)


def wordlike(value: str) -> bool:
    """Words, short numbers and version marks joined by `-_./`: a name somebody chose, not a secret."""
    parts = [p for p in _SEGMENTS.split(value) if p]
    return bool(parts) and all(_word(p) for p in parts)


def _word(part: str) -> bool:
    if part.isalpha():
        return len(part) <= 14 and (part.islower() or part.isupper() or part.istitle()) and _vowels(part)
    return (part.isdigit() and len(part) <= 4) or _NUMBERED.fullmatch(part) is not None


def _vowels(word: str) -> bool:
    return len(word) <= 4 or 0.2 <= sum(c in "aeiouyAEIOUY" for c in word) / len(word) <= 0.7


def digit(value: str) -> bool:
    return any(c.isdigit() for c in value)


def both_cases(value: str) -> bool:
    return any(c.islower() for c in value) and any(c.isupper() for c in value)


def quoted(text: str, start: int) -> bool:
    return before(text, start) in ("'", '"', "`")


def ends_line(text: str, end: int) -> bool:
    """Whether nothing but a closing sign or a full stop stands between here and the end of line or phrase."""
    rest = text[end : end + 2]
    if not rest or rest[0] in "\r\n,;&|\"'`<>)]}\\":
        return True
    return rest[0] in ".!?" and rest[1:] in ("", "\n", " ", "'", '"')
