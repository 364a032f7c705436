"""Settings are checked once, and every mistake names its variable."""

import pytest

from detector.errors import InvalidRequestError
from services.gateway.settings import Settings, known_variables, read_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in known_variables():
        monkeypatch.delenv(variable, raising=False)


def test_defaults_are_those_that_are_promised() -> None:
    settings = read_settings({})
    assert (str(settings.store), settings.model, settings.host) == ("store", "detector", "127.0.0.1")
    assert (settings.http_port, settings.grpc_port, settings.engine) == (8080, 50051, "embedded")
    assert (settings.embedded_kind, settings.tfserving_store) == ("tflite_f32", "/store")
    assert (settings.canary_percent, settings.api_keys) == (0, ())
    assert (settings.max_image_bytes, settings.max_pixels) == (25_000_000, 67_108_864)
    assert settings.max_decode_bytes == 1_200_000_000
    assert settings.default_timeout_ms == 10_000


def test_variables_are_read_and_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_API_KEYS", " one, two ,")
    monkeypatch.setenv("DETECTOR_HTTP_PORT", "9000")
    settings = read_settings()
    assert settings.api_keys == ("one", "two")
    assert settings.http_port == 9000


@pytest.mark.parametrize("variable", ["DETECTOR_MAX_PIXELS", "DETECTOR_MAX_IMAGE_PIXELS"])
def test_the_largest_photo_can_be_set_by_its_former_name_too(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "12000000")
    assert read_settings({variable: "12000000"}).max_pixels == 12_000_000
    monkeypatch.setenv(variable, "many")
    with pytest.raises(InvalidRequestError, match="DETECTOR_MAX_PIXELS: "):
        read_settings({variable: "many"})


@pytest.mark.parametrize("keys", [" , ", ",,", "schlüssel", "two words", "good,b\tad"])
def test_keys_that_no_header_carries_and_lists_without_one_are_refused(
    keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list without a key would let everybody in, a key that cannot be sent would keep everybody out."""
    monkeypatch.setenv("DETECTOR_API_KEYS", keys)
    with pytest.raises(InvalidRequestError, match="DETECTOR_API_KEYS") as error:
        read_settings()
    assert keys not in str(error.value)


def test_no_keys_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docker-compose.yml passes on a variable that is not set."""
    monkeypatch.setenv("DETECTOR_API_KEYS", "")
    assert read_settings().api_keys == ()


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("DETECTOR_HTTP_PROT", "DETECTOR_HTTP_PORT"),
        ("DETECTOR_STOER", "DETECTOR_STORE"),
        ("DETECTOR_CANARY", "DETECTOR_CANARY_PERCENT"),
    ],
)
def test_a_misspelt_variable_stops_the_start(variable: str, nearest: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{variable} is not a setting.*{nearest}"):
        read_settings({variable: "1"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("http_port", 70_000),
        ("engine", "onnx"),
        ("embedded_kind", "tflite_int4"),
        ("canary_percent", 101),
        ("model", "../x"),
        ("workers", 0),
        ("log_level", "loud"),
    ],
)
def test_a_value_that_makes_no_sense_names_its_variable(field: str, value: object) -> None:
    with pytest.raises(InvalidRequestError, match=f"DETECTOR_{field.upper()}"):
        read_settings({}, **{field: value})


def test_half_a_certificate_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_TLS_KEY"):
        read_settings({}, tls_cert="cert.pem")


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shutdown_seconds", "inf"),
        ("drain_seconds", "inf"),
        ("header_timeout_s", "inf"),
        ("header_timeout_s", "1e300"),
        ("default_timeout_ms", "1" + "0" * 400),
        ("max_timeout_ms", "1" + "0" * 400),
        ("max_image_bytes", str(2**31)),
        ("host", ""),
    ],
)
def test_what_no_timer_message_or_socket_can_hold_is_refused_at_the_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DETECTOR_{name.upper()}", value)
    with pytest.raises(InvalidRequestError, match=f"DETECTOR_{name.upper()}"):
        read_settings()
