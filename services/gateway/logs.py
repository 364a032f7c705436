"""JSON lines on standard error (plain ones on a terminal): one event a request, no photo bytes, no places."""

import logging
import sys

import structlog

# A frame's variables hold the request's headers, API key included, and the photo: a trace shows its lines alone.
_TRACES = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logs(level: str) -> None:
    """Called once by a program, never by a library."""
    on_terminal = sys.stderr.isatty()
    finish: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if on_terminal else [_TRACES]),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer(),
    ]
    _take_in_libraries(finish)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Line and line end in one write: LiteRT writes to the same stream from C++.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _take_in_libraries(finish: "list[structlog.typing.Processor]") -> None:
    """What libraries warn of is an event like ours."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # A form that is broken is answered, and told by the event of its request.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
