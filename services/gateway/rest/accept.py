"""Headers by which a client says what it accepts (RFC 9110, section 12.5)."""

import re

_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")


def weights(header: str) -> dict[str, float]:
    """The weight of each coding or media type in a list such as `gzip;q=0.5, *`, in lower case; parameters other than
    the weight are ignored. Of several offers of one type the greatest weight counts."""
    offers: dict[str, float] = {}
    for offer in header.lower().split(","):
        name, *parameters = ("".join(part.split()) for part in offer.split(";"))
        given = [float(found[1]) for each in parameters if (found := _WEIGHT.fullmatch(each))]
        offers[name] = max(offers.get(name, 0.0), given[0] if given else 1.0)
    return offers
