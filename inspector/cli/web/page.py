"""The one page: a terminal, and nothing from elsewhere."""

from __future__ import annotations

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
        "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

PAGE = """\
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>inspector</title>
    <link rel="stylesheet" href="/static/css/xterm.css">
    <script src="/static/js/textual.js"></script>
    <style>
      @font-face {
        font-family: "Roboto Mono";
        src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf");
      }
      html, body { margin: 0; height: 100%; background: #16181d; color: #d5dae3; font-family: monospace; }
      .closed-dialog { display: none; position: absolute; inset: 0; padding: 3em; background: #16181d; z-index: 10; }
      body.-closed .closed-dialog { display: block; }
      a { color: #62b8e0; }
    </style>
  </head>
  <body>
    <div class="closed-dialog">The screen has ended. <a href="/">Open it again</a></div>
    <div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="14"></div>
  </body>
</html>
"""
