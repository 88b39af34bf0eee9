"""Makes otel/console.json: what the Python SDK's console exporter really prints (opentelemetry-sdk 1.45.2)
for a server span, an agent of pydantic-ai (2.68.0) with a tool, and a failing span with a link.

    python tests/data/make_console.py > tests/data/otel/console.json
"""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.test import TestModel

resource = Resource({"service.name": "shop", "deployment.environment.name": "staging"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
tracer = provider.get_tracer("shop", "1.0")

agent = Agent(
    TestModel(),
    name="support",
    system_prompt="Be kind.",
)
Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))


@agent.tool_plain
def lookup(order: str) -> str:
    """Find an order."""
    return f"order {order} of ada@example.com"


with tracer.start_as_current_span("POST /ask", kind=SpanKind.SERVER) as server:
    server.set_attribute("user.id", "user-1")
    server.set_attribute("session.id", "session-1")
    agent.run_sync("Where is my order? I am ada@example.com")
    first = server.get_span_context()

try:
    # Without the stack trace, which would hold the paths of the machine that made this.
    links = [Link(first, {"why": "retry"})]
    with tracer.start_as_current_span("refund", links=links, record_exception=False) as span:
        span.add_event("attempt", {"number": 1})
        raise ValueError("no such order: ada@example.com")
except ValueError:
    pass
