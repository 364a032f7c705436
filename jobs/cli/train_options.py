"""Options of `detector train` that are to be used in a pod, checked here: a slip must not cost a start there."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from detector.errors import InvalidRequestError
from jobs.train.config import TrainConfig

OF_THE_POD = ("DATA", "--store", "--cache-dir", "--json")
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
    # By what people type: the names of Typer's parameters are the command line's own affair.
    parameters = {_typed(parameter): parameter.name for parameter in command.params}
    for option in OF_THE_POD:
        if context.get_parameter_source(parameters[option]).name == "COMMANDLINE":
            raise InvalidRequestError(
                f"{option} is not for after the --: the Job says where photos, store and events are."
            )
    values = {
        typed: context.params.get(name) for typed, name in parameters.items() if typed not in OF_THE_POD
    }
    return _config(values).name


def _typed(parameter: Any) -> str:
    """A parameter as it is typed: `--base-weights`, or `DATA` for one that has no dashes."""
    return next((option for option in parameter.opts if option.startswith("--")), str(parameter.name).upper())


def _config(values: Mapping[str, Any]) -> TrainConfig:
    """The configuration that these options, by how they are typed, make; it checks them."""
    options = {f"--{field.name.replace('_', '-')}": field.name for field in fields(TrainConfig)}
    known = {options[typed]: value for typed, value in values.items() if typed in options}
    return TrainConfig(**{name: v.value if isinstance(v, Enum) else v for name, v in known.items()})
