"""What well-known attribute keys mean, in a few words.

Keys: OpenTelemetry's semantic conventions, OpenInference.
"""

from __future__ import annotations

MEANING = {
    "gen_ai.usage.input_tokens": "tokens in",
    "gen_ai.usage.output_tokens": "tokens out",
    "gen_ai.usage.prompt_tokens": "tokens in",
    "gen_ai.usage.completion_tokens": "tokens out",
    "gen_ai.usage.total_tokens": "tokens",
    "gen_ai.usage.cost": "US dollars",
    "gen_ai.request.max_tokens": "most tokens out",
    "gen_ai.request.temperature": "randomness asked",
    "gen_ai.request.top_p": "nucleus sampling",
    "gen_ai.response.finish_reasons": "why it stopped",
    "gen_ai.system": "provider",
    "gen_ai.provider.name": "provider",
    "llm.token_count.prompt": "tokens in",
    "llm.token_count.completion": "tokens out",
    "llm.token_count.total": "tokens",
    "llm.token_count.prompt_details.cache_read": "tokens in, cached",
    "llm.cost.total": "US dollars",
    "http.status_code": "HTTP status",
    "http.response.status_code": "HTTP status",
    "db.system": "database",
    "openinference.span.kind": "kind",
}
