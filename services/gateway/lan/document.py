"""Documents that load nothing: style and script inside, and a policy that lets in exactly those."""

import base64
import hashlib
import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

PAGES = Path(__file__).with_name("pages")
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Document:
    """A page, and the Content-Security-Policy it is served with."""

    content: str
    policy: str

    def response(self) -> HTMLResponse:
        return HTMLResponse(self.content, headers=HEADERS | {"Content-Security-Policy": self.policy})


def document(body: str, *, script: str = "", connect: str = "'none'", worker: str = "'none'") -> Document:
    """A page around `body`. `script`: the name of a file in pages/; `connect`, `worker`: sources of the policy."""
    style = text("page.css")
    code = text(script) if script else ""
    content = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Pocket Detector on this phone</title><style>{style}</style></head>"
        f"<body><main>{body}</main>{f'<script>{code}</script>' if code else ''}</body></html>\n"
    )
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(code)}" if code else "script-src 'none'",
            f"connect-src {connect}",
            f"worker-src {worker}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    return Document(content, policy)


def filled(name: str, *, markup: dict[str, str] | None = None, **texts: str) -> str:
    """A file of pages/ with escaped `texts`, and `markup` as it is, in their places."""
    values = {key: html.escape(value) for key, value in texts.items()}
    return Template(text(name)).substitute(values | (markup or {}))


@cache
def text(name: str) -> str:
    """A file of pages/."""
    return (PAGES / name).read_text("utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
