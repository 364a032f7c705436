"""The pages at /lan of a gateway that serves phones in the same network."""

from services.gateway.lan.authority import Authority
from services.gateway.lan.document import Document, document, filled
from services.gateway.lan.place import Place
from services.gateway.lan.qr import svg_code

CERTIFICATE_FILE_NAME = "pocket-detector-authority.crt"


def set_up_page(place: Place, authority: Authority, *, open_to_all: bool) -> Document:
    """The steps that make a phone trust `authority`. `open_to_all`: no API keys, so plain http may be offered."""
    without = filled("without.html", plain=place.plain) if open_to_all else ""
    body = filled(
        "set_up.html",
        app=place.app,
        probe=place.probe,
        here=place.help,
        authority=authority.name,
        fingerprint=authority.fingerprint,
        file_name=CERTIFICATE_FILE_NAME,
        markup={"without": without, "code": svg_code(place.help)},
    )
    return document(body, script="page.js", connect=f"'self' {place.probe}", worker="'self'")


def own_certificate_page(place: Place) -> Document:
    """Where to go, when phones trust the certificate as it is."""
    return document(filled("own.html", app=place.app, markup={"code": svg_code(place.app)}))
