"""Redacted spans to a collector: OTLP over HTTP, by OpenTelemetry's own exporter."""
