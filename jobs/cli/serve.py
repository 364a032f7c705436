"""`detector serve`: the gateway, by settings from the environment."""


def command() -> None:
    """Serve the store: REST and phone page on DETECTOR_HTTP_PORT, gRPC on DETECTOR_GRPC_PORT."""
    from services.gateway.server import serve
    from services.gateway.settings import read_settings

    serve(read_settings())
