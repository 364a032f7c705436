"""The authority as an iOS configuration profile, which installs in fewer steps than a bare certificate."""

import plistlib
import uuid

from services.gateway.lan.authority import Authority

MEDIA_TYPE = "application/x-apple-aspen-config"

_SPACE = uuid.UUID("6f1c1a52-0f0e-4c5e-9d0b-6a1c7f3f2b11")
"""So that the identifiers of one authority are always the same: installing it again replaces it."""


def ios_profile(authority: Authority) -> bytes:
    """A .mobileconfig with one payload, the root certificate (Apple, Configuration Profile Reference)."""
    outer, inner = (
        str(uuid.uuid5(_SPACE, f"{authority.fingerprint} {part}")) for part in ("profile", "root")
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
