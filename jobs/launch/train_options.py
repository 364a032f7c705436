"""Options of `detector train` that are to be used in a pod, checked here: a slip must not cost a start there."""

from dataclasses import fields
from enum import Enum
from typing import Any

from detector.errors import InvalidRequestError
from jobs.train.config import TrainConfig

OF_THE_POD = {"data": "DATA", "store": "--store", "cache_dir": "--cache-dir", "json": "--json"}
"""What the Job itself says; the places are those of the pod."""


def check_train_options(options: tuple[str, ...]) -> str:
    """The model's name that these options (and DETECTOR_MODEL) say.

    Raises:
        InvalidRequestError: an option that `detector train` would refuse, or one that is the Job's to say.
    """
    import typer
    from typer.main import get_command

    from jobs.cli import train

    # Typer brings its own copy of click or uses the installed one: its errors are found by what they can do.
    application = typer.Typer()
    application.command(name="train")(train.command)
    command: Any = get_command(application)
    try:
        context = command.make_context("detector launch --", list(options))
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        raise InvalidRequestError(f"Of the options of `detector train`: {message()}") from error
    given = [key for key in OF_THE_POD if context.get_parameter_source(key).name == "COMMANDLINE"]
    if given:
        raise InvalidRequestError(
            f"{OF_THE_POD[given[0]]} is not for after the --: the Job says where photos, store and events are."
        )
    return _config(context.params).name


def _config(parameters: dict[str, Any]) -> TrainConfig:
    known = {field.name for field in fields(TrainConfig)} - set(OF_THE_POD)
    values = {name: value for name, value in parameters.items() if name in known}
    return TrainConfig(**{name: v.value if isinstance(v, Enum) else v for name, v in values.items()})
