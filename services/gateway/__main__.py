"""`python -m services.gateway`: serve with settings from the environment."""

import sys

from detector.errors import DetectorError
from services.gateway.server import serve
from services.gateway.settings import read_settings


def main() -> int:
    """Returns the exit code. User errors are printed in one line."""
    try:
        serve(read_settings())
    except DetectorError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
