"""Addresses and names as phones write them into a URL."""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address

from detector.errors import InvalidRequestError

Host = IPv4Address | IPv6Address | str
"""An IP address, or a DNS name in lower case."""

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")


def parse_host(text: str, *, variable: str = "DETECTOR_LAN_ADDRESS") -> Host:
    """`192.168.1.5`, `fd00::5` or `studio.local`, as it stands in `variable`.

    Raises InvalidRequestError for anything else, such as a URL.
    """
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    name = text.lower().removesuffix(".")
    # What ends in a number is an address to a browser, and one that ipaddress has refused.
    if not _NAME.fullmatch(name) or name.rsplit(".", 1)[-1].isdigit():
        raise InvalidRequestError(
            f"{variable}: {text!r} is neither an IP address nor a name; "
            "give it alone, such as 192.168.1.5 or studio.local."
        )
    return name


def own_name() -> str | None:
    """This machine's name for its neighbours (multicast DNS), if it has one that fits: `studio.local`."""
    label = socket.gethostname().split(".", 1)[0].lower()
    return f"{label}.local" if re.fullmatch(_LABEL, label) and label != "localhost" else None


def with_port(host: Host, port: int) -> str:
    """`192.168.1.5:8080`, `[fd00::5]:8080`."""
    return f"[{host}]:{port}" if isinstance(host, IPv6Address) else f"{host}:{port}"


def url(scheme: str, host: Host, port: int, path: str = "") -> str:
    """`https://192.168.1.5:8080/lan`; the scheme's own port is left out."""
    default = {"http": 80, "https": 443}[scheme]
    place = with_port(host, port)
    return f"{scheme}://{place.removesuffix(f':{port}') if port == default else place}{path}"
