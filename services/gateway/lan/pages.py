"""What the routes below /lan serve: self-contained HTML pages, QR codes, and the authority as an iOS profile.

The pages load nothing: style and script are inline, and the policy allows exactly those.
"""

import base64
import hashlib
import html
import plistlib
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from services.gateway.lan.hosts import Endpoint

if TYPE_CHECKING:
    import segno

    from services.gateway.lan.certificates import Authority

TEMPLATES = Path(__file__).with_name("templates")
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
CERTIFICATE_FILE_NAME = "pocket-detector-authority.crt"

QUIET_ZONE = 4
"""Light modules around a QR code, as ISO/IEC 18004 requires."""

_PROFILE_NAMESPACE = uuid.UUID("6f1c1a52-0f0e-4c5e-9d0b-6a1c7f3f2b11")
"""Gives one authority's profile stable identifiers, so that installing it again replaces it."""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page and its Content-Security-Policy."""

    content: str
    policy: str

    def response(self) -> HTMLResponse:
        return HTMLResponse(self.content, headers=HEADERS | {"Content-Security-Policy": self.policy})


def set_up_page(endpoint: Endpoint, authority: "Authority", *, open_to_all: bool) -> Page:
    """How to make a phone trust `authority`. `open_to_all`: without API keys, plain http is offered too."""
    without = fill_template("without.html", plain=endpoint.plain) if open_to_all else ""
    body = fill_template(
        "set_up.html",
        app=endpoint.app,
        probe=endpoint.probe,
        here=endpoint.help,
        authority=authority.name,
        fingerprint=authority.fingerprint,
        file_name=CERTIFICATE_FILE_NAME,
        markup={"without": without, "code": svg_qr_code(endpoint.help)},
    )
    return render_page(body, script="page.js", connect=f"'self' {endpoint.probe}", worker="'self'")


def own_certificate_page(endpoint: Endpoint) -> Page:
    """The link to the app, when phones already trust the operator's certificate."""
    return render_page(
        fill_template("own.html", app=endpoint.app, markup={"code": svg_qr_code(endpoint.app)})
    )


def https_explanation_page(*, secure: bool) -> Page:
    """What an ordinary gateway says at /lan: what needs HTTPS and how to get it. `secure`: it is on already."""
    return render_page(fill_template("secure.html" if secure else "plain.html"))


def render_page(body: str, *, script: str = "", connect: str = "'none'", worker: str = "'none'") -> Page:
    """A page around `body`. `script` is a file in templates/; `connect` and `worker` are sources of the policy."""
    style = read_asset("page.css")
    code = read_asset(script) if script else ""
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
    return Page(content, policy)


def fill_template(name: str, *, markup: dict[str, str] | None = None, **texts: str) -> str:
    """A template in templates/ with `texts`, which are escaped, and `markup`, which is not, substituted."""
    values = {key: html.escape(value) for key, value in texts.items()}
    return Template(read_asset(name)).substitute(values | (markup or {}))


@cache
def read_asset(name: str) -> str:
    """The text of a file in templates/."""
    return (TEMPLATES / name).read_text("utf-8")


def ios_profile(authority: "Authority") -> bytes:
    """The authority as a .mobileconfig (Apple, Configuration Profile Reference).

    iOS installs it in fewer steps than a bare certificate.
    """
    outer, inner = (
        str(uuid.uuid5(_PROFILE_NAMESPACE, f"{authority.fingerprint} {part}")) for part in ("profile", "root")
    )
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"pocket-detector.authority.{inner}",
        "PayloadUUID": inner,
        "PayloadDisplayName": authority.name,
        "PayloadCertificateFileName": "pocket-detector.cer",
        "PayloadContent": authority.der,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"pocket-detector.{outer}",
        "PayloadUUID": outer,
        "PayloadDisplayName": authority.name,
        "PayloadDescription": (
            "Lets this phone open the detector on your computer over HTTPS. It can vouch for bare addresses and for "
            "names below .local and the like only, not for a site that has a name on the Internet."
        ),
        "PayloadOrganization": "Pocket Detector",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [root],
    }
    return plistlib.dumps(profile)


def svg_qr_code(text: str) -> str:
    """A QR code as an <svg> element on white; the page sets its size."""
    return qr_code(text).svg_inline(border=QUIET_ZONE, light="#fff", dark="#000", omitsize=True)


def qr_code(text: str) -> "segno.QRCode":
    import segno  # only gateways that serve phones need it

    # Error correction level M tolerates glare on a screen; a higher level only makes the modules smaller.
    return segno.make_qr(text, error="m", boost_error=False)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
