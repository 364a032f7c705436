"""Numbers in sentences."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """The number with its noun, such as "1 photo", "2 photos" and "3 boxes"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
