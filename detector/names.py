"""Names of models, which become folder names, URL segments and label values."""

import re

from detector.errors import InvalidRequestError

_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def is_model_name(name: str) -> bool:
    """Up to 63 letters, digits, `-` and `_`, the first a letter or digit: never a path."""
    return _MODEL_NAME.fullmatch(name) is not None


def check_model_name(name: str) -> str:
    """`name` as it is. Raises InvalidRequestError for one that is not a model name."""
    if is_model_name(name):
        return name
    raise InvalidRequestError(
        f"{name!r} is not a model name: use up to 63 letters, digits, '-' and '_', "
        "the first one a letter or a digit."
    )
