"""Writes sample_traces/support_agent.otlp.jsonl with the real OpenTelemetry SDK: a day of a support agent.

Run it in an environment of its own; the project doesn't need these packages:

    python -m venv venv && venv/bin/pip install opentelemetry-sdk opentelemetry-exporter-otlp-json-file
    venv/bin/python tests/data/make_sample.py sample_traces/support_agent.otlp.jsonl

The output is the same each time: ids come from a seeded generator, times are counted from a fixed morning.
People are those of tests/data/stores/tokens.jsonl; card numbers and IBANs are the published test values of
their schemes. Attributes follow the GenAI and HTTP semantic conventions.
"""

from __future__ import annotations

import json
import random
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult, SpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanKind, Status, StatusCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

MS = 1_000_000
MORNING = 1_795_158_000 * 1_000 * MS
"""2026-11-20T07:00:00Z"""

PEOPLE = [
    ("usr_7f3a91c2d4", "Zofia Wrześniewska", "zofia.wrzesniewska84@nordhaven.example", "+48 601 555 019"),
    ("usr_1b88e0fa77", "عمر الحداد", "omar.elhaddad@bluecrate.example", "+971 50 555 0142"),
    ("48213377", "田中 李美", "li.mei.tanaka+pay@sakura-pay.example", "+81 90-5555-0188"),
    ("usr_3c8142c8ea", "Gabrielle Delacruz", "shelby871@example.net", "+1 202-555-0143"),
    ("usr_62a05f1119", "Clayton Evans", "garciakatherine2@example.org", "+1 202-555-0178"),
    ("usr_91f9b439fc", "Anthony Schottin", "erdmutekraus0@example.com", "+49 30 5550199"),
]
CARDS = ["4242 4242 4242 4242", "5555 5555 5555 4444", "4000 0000 0000 0002"]
"""Stripe's published test numbers; the last is always declined."""
IBANS = ["DE89370400440532013000", "GB29NWBK60161331926819"]
"""The examples of the IBAN registry."""
ITEMS = ["espresso grinder", "trail shoes", "desk lamp", "winter jacket", "noise-cancelling headphones"]

rng = random.Random(20261120)


class SeededIds(IdGenerator):
    def generate_span_id(self) -> int:
        return rng.getrandbits(64)

    def generate_trace_id(self) -> int:
        return rng.getrandbits(128)


class Held(SpanProcessor):
    """Ended spans of all services, until a trace is whole."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class Clock:
    """The time of the trace that is being written, in ns."""

    def __init__(self) -> None:
        self.now = MORNING

    def pass_ms(self, low: float, high: float) -> None:
        self.now += int(rng.uniform(low, high) * MS)


clock = Clock()
held = Held()


def tracer_of(service: str, version: str) -> trace.Tracer:
    resource = Resource(
        {"service.name": service, "service.version": version, "deployment.environment.name": "production"}
    )
    provider = TracerProvider(resource=resource, id_generator=SeededIds(), shutdown_on_exit=False)
    provider.add_span_processor(held)
    return provider.get_tracer("acme.tracing", "1.4.0")


TRACERS = {
    name: tracer_of(name, version)
    for name, version in [("support-agent", "3.2.0"), ("crm-api", "1.18.4"), ("payments-api", "2.7.1")]
}


@contextmanager
def span(
    name: str, service: str = "support-agent", kind: SpanKind = SpanKind.INTERNAL, **attributes: object
) -> Iterator[trace.Span]:
    """A span of the moment; keyword names have `__` where the attribute has a dot."""
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    made = TRACERS[service].start_span(name, kind=kind, attributes=named, start_time=clock.now)
    clock.pass_ms(0.2, 2)
    with trace.use_span(made, record_exception=False, set_status_on_exception=False):
        yield made
    clock.pass_ms(0.1, 1)
    made.end(clock.now)


def message(role: str, *parts: dict[str, object]) -> dict[str, object]:
    return {"role": role, "parts": list(parts)}


def said(text: str) -> dict[str, object]:
    return {"type": "text", "content": text}


def fail(made: trace.Span, kind: str, text: str, stack: str = "") -> None:
    attributes = {"exception.type": kind, "exception.message": text}
    if stack:
        attributes["exception.stacktrace"] = stack
    made.add_event("exception", attributes, timestamp=clock.now)
    made.set_status(Status(StatusCode.ERROR, text))
    made.set_attribute("error.type", kind)


class Talk:
    """One conversation: what was said so far, and the spans around it."""

    def __init__(self, person: tuple[str, str, str, str], number: int) -> None:
        self.user, self.name, self.email, self.phone = person
        self.id = f"conv-{number:04d}"
        self.order = f"A-{rng.randrange(10_000, 99_999)}"
        self.item = rng.choice(ITEMS)
        self.amount = rng.randrange(1_900, 24_900)
        self.history: list[dict[str, object]] = []

    @contextmanager
    def agent(self, name: str) -> Iterator[trace.Span]:
        with span(
            f"invoke_agent {name}",
            gen_ai__operation__name="invoke_agent",
            gen_ai__agent__name=name,
            gen_ai__conversation__id=self.id,
            user__id=self.user,
            session__id=self.id,
        ) as made:
            yield made

    def asks(self, text: str) -> None:
        self.history.append(message("user", said(text)))

    def chat(self, reply: dict[str, object], model: str = "gpt-4o", finish: str = "stop") -> None:
        """One model call over the whole talk."""
        tokens_in = sum(len(json.dumps(m)) for m in self.history) // 4 + 180
        tokens_out = len(json.dumps(reply)) // 4
        with span(
            f"chat {model}",
            kind=SpanKind.CLIENT,
            gen_ai__operation__name="chat",
            gen_ai__provider__name="openai",
            gen_ai__request__model=model,
        ) as made:
            made.set_attribute("gen_ai.input.messages", json.dumps(self.history[-2:], ensure_ascii=False))
            clock.pass_ms(380, 2400)
            made.set_attribute(
                "gen_ai.output.messages", json.dumps([reply | {"finish_reason": finish}], ensure_ascii=False)
            )
            made.set_attribute("gen_ai.usage.input_tokens", tokens_in)
            made.set_attribute("gen_ai.usage.output_tokens", tokens_out)
            price = (0.15, 0.6) if "mini" in model else (2.5, 10.0)
            made.set_attribute(
                "gen_ai.usage.cost", round((tokens_in * price[0] + tokens_out * price[1]) / 1e6, 6)
            )
        self.history.append(reply)

    def says(self, text: str, model: str = "gpt-4o") -> None:
        self.chat(message("assistant", said(text)), model)

    def calls(
        self, tool: str, arguments: dict[str, object], work: Callable[[], dict[str, object] | None]
    ) -> bool:
        """The model asks for a tool, the tool runs; false if it failed."""
        call = f"call_{rng.getrandbits(48):012x}"
        asked = {"type": "tool_call", "id": call, "name": tool, "arguments": arguments}
        self.chat(message("assistant", asked), finish="tool_calls")
        with span(
            f"execute_tool {tool}",
            gen_ai__operation__name="execute_tool",
            gen_ai__tool__name=tool,
            gen_ai__tool__call__id=call,
            gen_ai__tool__call__arguments=json.dumps(arguments, ensure_ascii=False),
        ) as made:
            result = work()
            if result is None:
                fail(made, "ToolError", f"{tool} failed")
                shown: dict[str, object] = {"error": "failed"}
            else:
                shown = result
                made.set_attribute("gen_ai.tool.call.result", json.dumps(shown, ensure_ascii=False))
        part = {"type": "tool_call_response", "id": call, "response": shown}
        self.history.append(message("tool", part))
        return result is not None


def http(
    service: str, method: str, route: str, url: str, status: int, slow: tuple[float, float] = (8, 90)
) -> None:
    """One call over HTTP: our client span, their server span, their database."""
    host = f"{service}.example.com"
    with span(
        method,
        kind=SpanKind.CLIENT,
        http__request__method=method,
        url__full=f"https://{host}{url}",
    ) as client:
        with span(
            f"{method} {route}",
            service,
            SpanKind.SERVER,
            http__request__method=method,
            http__route=route,
        ) as server:
            with span(
                "SELECT" if method == "GET" else "INSERT",
                service,
                SpanKind.CLIENT,
                db__system__name="postgresql",
            ):
                clock.pass_ms(*slow)
            server.set_attribute("http.response.status_code", status)
            if status == 402:
                fail(server, "CardDeclined", "402 card_declined: insufficient_funds")
            elif status >= 500:
                server.set_status(Status(StatusCode.ERROR, f"{status} upstream timed out"))
        client.set_attribute("http.response.status_code", status)
        if status >= 400:
            client.set_status(Status(StatusCode.ERROR, f"HTTP {status}"))


def guard(check: str, passed: bool = True) -> None:
    with span(f"guardrail {check}", openinference__span__kind="GUARDRAIL", guardrail__name=check) as made:
        clock.pass_ms(12, 60)
        made.set_attribute("guardrail.passed", passed)


def customer(talk: Talk) -> Callable[[], dict[str, object]]:
    def look_up() -> dict[str, object]:
        http("crm-api", "GET", "/customers", f"/customers?email={talk.email.replace('@', '%40')}", 200)
        return {
            "customer": {"id": talk.user, "full_name": talk.name, "email": talk.email, "phone": talk.phone},
            "tier": rng.choice(["gold", "basic"]),
        }

    return look_up


def refund(talk: Talk, declined: bool) -> None:
    card = CARDS[2] if declined else rng.choice(CARDS[:2])
    talk.asks(
        f"Hi, {talk.name} here. My {talk.item} (order {talk.order}) arrived broken. "
        f"Please refund it and mail me at {talk.email}."
    )
    with talk.agent("Support Agent") as root:
        guard("pii_and_abuse")
        talk.calls("crm_lookup", {"email": talk.email}, customer(talk))

        def pay() -> dict[str, object] | None:
            http("payments-api", "POST", "/v1/refunds", "/v1/refunds", 402 if declined else 201)
            return None if declined else {"refund": f"re_{rng.getrandbits(40):010x}", "status": "succeeded"}

        done = talk.calls(
            "issue_refund", {"order": talk.order, "amount_cents": talk.amount, "card_number": card}, pay
        )
        if done:
            talk.says(f"Your refund of {talk.amount / 100:.2f} EUR is on its way. We wrote to {talk.email}.")
        else:
            talk.says("Your bank refused the refund to that card. Could you give us an IBAN instead?")
            fail(
                root,
                "PaymentError",
                f"402 card_declined for {talk.email}",
                "Traceback (most recent call last):\n"
                '  File "/srv/support/agent.py", line 214, in run_tool\n    return tool(**arguments)\n'
                '  File "/srv/support/payments.py", line 57, in issue_refund\n    raise PaymentError(reply)\n'
                f"PaymentError: card {card}: card_declined",
            )


def status(talk: Talk) -> None:
    talk.asks(f"Where is my {talk.item}? Order {talk.order}, phone {talk.phone}.")
    with talk.agent("Support Agent"):

        def find() -> dict[str, object]:
            http("crm-api", "GET", "/orders/{id}", f"/orders/{talk.order}", 200)
            return {
                "order": talk.order,
                "state": "in transit",
                "carrier": "DHL",
                "eta_days": rng.randrange(1, 5),
            }

        talk.calls("order_status", {"order": talk.order, "phone": talk.phone}, find)
        talk.says(
            f"It is with the carrier. We will text {talk.phone} on the morning it arrives.", "gpt-4o-mini"
        )


def question(talk: Talk) -> None:
    asked = rng.choice(
        ["How long is the warranty on shoes?", "Can I return a gift?", "Do you ship to the Azores?"]
    )
    talk.asks(asked)
    with talk.agent("FAQ Agent"):
        with span(
            "retrieve help_center",
            openinference__span__kind="RETRIEVER",
            db__system__name="qdrant",
            input__value=asked,
        ) as made:
            with span(
                "embeddings text-embedding-3-small",
                kind=SpanKind.CLIENT,
                gen_ai__operation__name="embeddings",
                gen_ai__provider__name="openai",
                gen_ai__request__model="text-embedding-3-small",
                gen_ai__usage__input_tokens=len(asked) // 4,
            ):
                clock.pass_ms(40, 160)
            found = [
                {"id": f"kb-{rng.randrange(100, 999)}", "score": round(rng.uniform(0.6, 0.95), 3)}
                for _ in range(3)
            ]
            made.set_attribute("output.value", json.dumps(found))
        talk.says(
            "You have 30 days, and two years of warranty. The details are in our help center.", "gpt-4o-mini"
        )


def bank_details(talk: Talk) -> None:
    iban = rng.choice(IBANS)
    talk.asks(f"Please pay the refund of order {talk.order} to {iban}, account holder {talk.name}.")
    with talk.agent("Triage Agent"):
        talk.calls("transfer_to_billing", {"reason": "bank transfer"}, lambda: {"handoff": "Billing Agent"})
        with talk.agent("Billing Agent"):
            guard("iban_check")

            def transfer() -> dict[str, object]:
                http("payments-api", "POST", "/v1/transfers", "/v1/transfers", 202, (120, 700))
                return {
                    "transfer": f"tr_{rng.getrandbits(40):010x}",
                    "beneficiary": {"full_name": talk.name, "iban": iban},
                }

            talk.calls("bank_transfer", {"iban": iban, "amount_cents": talk.amount}, transfer)
            talk.says(f"Done: {talk.amount / 100:.2f} EUR to the account ending in {iban[-4:]}.")


def outage(talk: Talk) -> None:
    talk.asks(f"I moved. Please change my address, I'm {talk.name}, {talk.phone}.")
    with talk.agent("Support Agent") as root:

        def change() -> None:
            http("crm-api", "PATCH", "/customers/{id}", f"/customers/{talk.user}", 504, (2900, 3100))

        for _ in range(2):
            talk.calls(
                "update_customer",
                {"id": talk.user, "phone": talk.phone, "address": "12 Example Street, 10115 Berlin"},
                change,
            )
        talk.says("Our customer system doesn't answer right now. A colleague will call you back.")
        root.set_status(Status(StatusCode.ERROR, "crm-api timed out twice"))


def judged(talk: Talk) -> None:
    """A nightly evaluation: no person, no conversation."""
    with span(
        "evaluate replies", openinference__span__kind="EVALUATOR", evaluation__dataset="replies-v3"
    ) as made:
        for name in ("politeness", "groundedness"):
            with span(
                f"judge {name}",
                gen_ai__operation__name="chat",
                gen_ai__request__model="gpt-4o-mini",
                gen_ai__provider__name="openai",
                gen_ai__usage__input_tokens=812,
                gen_ai__usage__output_tokens=9,
            ) as judge:
                clock.pass_ms(300, 900)
                judge.set_attribute("gen_ai.evaluation.name", name)
                judge.set_attribute("gen_ai.evaluation.score.value", round(rng.uniform(0.7, 1), 2))
        made.set_attribute("evaluation.count", 2)


def scenarios() -> list[Callable[[Talk], None]]:
    day: list[Callable[[Talk], None]] = []
    day += [lambda t: refund(t, declined=False)] * 5 + [lambda t: refund(t, declined=True)] * 3
    day += [status] * 9 + [question] * 13 + [bank_details] * 3 + [outage] * 2 + [judged] * 2
    rng.shuffle(day)
    return day


def write(exporter: SpanExporter, batch: Sequence[ReadableSpan]) -> None:
    if exporter.export(batch) is not SpanExportResult.SUCCESS:
        sys.exit("the exporter failed")


def main(target: Path) -> None:
    target.unlink(missing_ok=True)
    exporter = FileSpanExporter(target)
    day = scenarios()
    for number, scenario in enumerate(day, 1):
        clock.now = MORNING + int((number - 1 + rng.random() * 0.8) / len(day) * 15 * 3600 * 1000) * MS
        scenario(Talk(rng.choice(PEOPLE), number))
        # A collector's batches know nothing of traces: every third one is cut in two.
        if number % 3 == 0:
            middle = len(held.spans) // 2
            write(exporter, held.spans[:middle])
            held.spans = held.spans[middle:]
        elif number % 3 == 2:
            write(exporter, held.spans)
            held.spans = []
    if held.spans:
        write(exporter, held.spans)
    exporter.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
