"""Reports of a view in memory."""

from __future__ import annotations

import base64
import gzip
import io
import re
from typing import TYPE_CHECKING

from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.manifest import About, Source
from inspector.reports.minimise import EVERYTHING
from inspector.reports.registry import KINDS

if TYPE_CHECKING:
    from inspector.reports.chosen import Selection
    from inspector.reports.minimise import Minimise
    from inspector.view import View

ABOUT = About(
    op_id="0011223344556677",
    time=1_795_356_131_000_000_000,
    role="viewer",
    proved=False,
    stores=[Source("runs.db", "otlp", "00" * 8)],
    query="",
    policy={"hash": "abc"},
    stable_tags=False,
)

HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "close": "</script></style></title></textarea></pre></details><script>document.title='owned'</script>",
    "image": "<img src=x onerror=\"document.title='owned'\">",
    "attribute": "\" onmouseover=\"document.title='owned'\" x='",
    "single": "' onfocus='document.title=1' autofocus='",
    "svg": "<svg/onload=document.title='owned'><a xlink:href=javascript:1>",
    "comment": "--><!--><script>document.title='owned'</script>",
    "cdata": "]]><script>document.title='owned'</script>",
    "entity": "&lt;script&gt;document.title='owned'&lt;/script&gt; &#x3c;b&#x3e;",
    "template": "{{ 7*7 }} {% for x in y %} ${7*7} <%= 7*7 %>",
    "link": "[click](javascript:alert(1)) ![i](http://evil.example/x.png) <http://evil.example> http://evil.example",
    "mention": "@root www.evil.example a@evil.example #1 :+1:",
    "ticks": "``` ~~~ `x` ````\n```\n# heading\n| a | b |\n",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "dde": "=cmd|' /C calc'!A0",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1+9)*cmd|' /C calc'!A0",
    "tabbed": "\t=1+1",
    "newline": "x\n=1+1\r\n=2+2",
    "semicolon": "a;=1+1;=2+2",
    "quoted": 'a",=1+1,"',
    "wide": "\uff1d1+1",
}


def report(
    view: View, to: str, selection: Selection = ALL, minimise: Minimise = EVERYTHING, *columns: str
) -> str:
    out = io.BytesIO()
    chosen = Chosen(view, choose(view, selection).keys, minimise)
    KINDS[to].writer()(chosen, ABOUT, out, columns)
    return out.getvalue().decode()


_PACK = re.compile(r'<p class="pack" hidden>([^<]*)</p>\n')
_AT = re.compile(r' data-at="(\d+)\.(\d+)">')


def unpacked(page: str) -> str:
    """A page with every span's content where it belongs, as its script would put it there."""
    packs = [gzip.decompress(base64.b64decode(each)).decode().split("\0") for each in _PACK.findall(page)]
    return _AT.sub(lambda at: ">" + packs[int(at[1])][int(at[2])], _PACK.sub("", page))
