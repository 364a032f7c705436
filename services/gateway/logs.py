"""Logging as JSON lines on standard error, or plain text on a terminal: one event per request, no photos, no paths."""

import logging
import sys

import structlog

# Without local variables: they contain the request's headers, API key included, and the photo.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logs(level: str) -> None:
    """Called once at the start of a program."""
    on_terminal = sys.stderr.isatty()
    finish: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if on_terminal else [_TRACEBACKS]),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer(),
    ]
    _capture_libraries(finish)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # A line and its end in one write, because LiteRT writes to the same stream from C++.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _capture_libraries(finish: "list[structlog.typing.Processor]") -> None:
    """Format warnings of libraries like our own events."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # A malformed form is reported by the response and the request's event.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
