"""Writes the labelled set beside this file: `python -m tests.redaction.quality.build`. Deterministic."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypedDict

from tests.redaction.quality import adversarial, handwritten, holdout, negatives, templates, values, vendors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.redaction.quality.values import Value

HERE = Path(__file__).parent
MARK = "§"


class Label(TypedDict):
    start: int
    end: int
    type: str


class Case(TypedDict):
    text: str
    labels: list[Label]
    source: str


def place(template: str, value: str, type_: str, source: str) -> Case:
    """The template with the value in it, escaped where the template is a JSON document."""
    shown = value
    if template.lstrip().startswith(("{", "[{", '"')) and MARK in template:
        try:
            json.loads(template)
        except ValueError:
            pass
        else:
            shown = json.dumps(value, ensure_ascii=False)[1:-1]
    start = template.index(MARK)
    text = template.replace(MARK, shown, 1)
    return {
        "text": text,
        "labels": [{"start": start, "end": start + len(shown), "type": type_}],
        "source": source,
    }


def of(
    rng: Random, make: Callable[[Random], Value], own: Sequence[str], count: int, anywhere: Sequence[str] = ()
) -> Iterator[Case]:
    """Cases of one kind: each template of its own in turn, then any template."""
    frames = [*own, *anywhere]
    for n in range(count):
        frame = frames[n] if n < len(frames) else rng.choice(frames)
        value = make(rng)
        yield place(frame, value.text, value.type, value.source)


def positives(rng: Random) -> Iterator[Case]:
    v, t = values, templates
    yield from of(rng, v.email, t.EMAIL, 90, t.ANYWHERE)
    yield from of(rng, v.phone_us, t.PHONE, 80, t.ANYWHERE)
    yield from of(rng, v.phone_world, t.PHONE, 90, t.ANYWHERE)
    yield from of(rng, v.card, t.CARD, 90, t.ANYWHERE)
    yield from of(rng, v.ssn, t.SSN, 60, t.ANYWHERE)
    yield from of(rng, v.iban, t.IBAN, 60, t.ANYWHERE)
    yield from of(rng, v.ip, t.IP, 20)
    yield from of(rng, v.password, t.PASSWORD, 120)
    yield from of(rng, v.secret, t.SECRET, 120)
    yield from of(rng, v.userinfo, t.URLS, 30)
    yield from of(rng, v.aws_secret, t.AWS, 20)
    yield from of(rng, v.basic, t.BASIC, 10)
    yield from of(rng, v.jwt, t.TOKEN, 40)
    yield from of(rng, v.pem, t.ANYWHERE, 30)


def tokens(rng: Random, frames: Sequence[str], each: int) -> Iterator[Case]:
    """Every vendor's shape in several frames, and those that only their name gives away."""
    for shape, source in vendors.shapes():
        for _ in range(each):
            yield place(rng.choice(frames), vendors.fill(rng, shape), "credential", source)
    for shape, source in vendors.shapes(vendors.NAMED):
        field = shape.index("{") if not shape.split("{")[0].endswith("=00") else shape.index("00{")
        close = shape.rindex("}") + 1
        while close < len(shape) and shape[close] == "=":
            close += 1
        for _ in range(each):
            yield place(
                shape[:field] + MARK + shape[close:],
                vendors.fill(rng, shape[field:close]),
                "credential",
                source,
            )


def hidden(rng: Random, count: int) -> Iterator[Case]:
    """Encoded values; the label is the encoded form."""
    v = values
    makers: dict[str, Callable[[], str]] = {
        "email": lambda: v.email(rng).text,
        "card": lambda: v.card(rng).text,
        "ssn": lambda: v.ssn(rng).text,
        "phone": lambda: v.phone_us(rng).text,
        "iban": lambda: v.iban(rng).text,
        "token": lambda: vendors.fill(
            rng,
            rng.choice(("ghp_{a36}", "sk-ant-api03-{w93}AA", "AKIA{U16}", "glpat-{w20}", "sk_live_{a24}")),
        ),
        "spaced card": lambda: next(t for t in iter(lambda: v.card(rng).text, "") if " " in t),
        "dashed card": lambda: next(t for t in iter(lambda: v.card(rng).text, "") if "-" in t),
        "spaced phone": lambda: next(
            t for t in iter(lambda: v.phone_world(rng).text, "") if " " in t and t.startswith("+")
        ),
        "dashed phone": lambda: next(
            t for t in iter(lambda: v.phone_us(rng).text, "") if t.count("-") == 2 and "x" not in t
        ),
        "spaced iban": lambda: next(t for t in iter(lambda: v.iban(rng).text, "") if " " in t),
    }
    frames = (
        "note: §",
        "{}§ ok",
        "value § was given",
        '{{"a":"§"}}'.replace("{{", "{").replace("}}", "}"),
        "x\n§\ny",
        "see §, thanks",
    )
    for name, (encode, kinds) in adversarial.ENCODINGS.items():
        for n in range(count):
            kind = kinds[n % len(kinds)]
            shown = encode(makers[kind](), rng)
            frame = rng.choice(frames).replace("{}", "")
            start = frame.index(MARK)
            label: Label = {"start": start, "end": start + len(shown), "type": kind.rpartition(" ")[2]}
            yield {"text": frame.replace(MARK, shown), "labels": [label], "source": name}


def harmless(rng: Random) -> Iterator[Case]:
    for kind, (make, count) in negatives.MAKERS.items():
        for _ in range(count):
            text, source = make(rng)
            yield {"text": text, "labels": [], "source": f"{kind}: {source}"}


def sets() -> dict[str, list[Case]]:
    """File name -> cases."""
    return {
        "positives": list(positives(Random(20261122))),
        "vendors": list(tokens(Random(1), templates.TOKEN, 2)),
        "adversarial": list(hidden(Random(2), 20)),
        "negatives": list(harmless(Random(3))),
        "holdout": list(holdout.cases(Random(771))),
        "handwritten": list(handwritten.cases(Random(5), HERE / "handwritten.txt")),
    }


def write(folder: Path = HERE) -> None:
    for name, cases in sets().items():
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    write()
