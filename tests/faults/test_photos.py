"""Photos that are damaged, huge or not what they are called, at a running gateway: the right code, nothing kept."""

import base64
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import httpx
import numpy as np
import pytest
from PIL import Image

from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.rpc import detector_pb2_grpc
from services.gateway.rpc.details_pb2 import ErrorInfo, Status
from tests.detector.heic import encode_heic
from tests.detector.pictures import corners, encode, noise
from tests.faults.flood import resident_bytes
from tests.faults.test_versions import metric
from tests.services.gateway.running import Running, running_gateway

SMALL = encode(corners(48, 32), quality=60)
UPRIGHT = corners(64, 48)
ROUNDS = 20
MOST_KEPT_BYTES = 20_000_000


def hundred_megapixels() -> bytes:
    """A PNG of less than 100 kB."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG", optimize=True)
    assert len(out.getvalue()) < 100_000
    return out.getvalue()


def deep_grey() -> Image.Image:
    return Image.fromarray(np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16))


PHOTOS = {
    "heic": (encode_heic(UPRIGHT), "ok"),
    "cmyk": (encode(Image.fromarray(UPRIGHT).convert("CMYK")), "ok"),
    "sixteen-bit-png": (encode(deep_grey(), "PNG"), "ok"),
    "animated-webp": (
        encode(
            Image.fromarray(UPRIGHT), "WEBP", save_all=True, append_images=[Image.fromarray(noise(64, 48))]
        ),
        "ok",
    ),
    "jpeg-without-its-end-marker": (encode(noise(640, 480))[:-2], "ok"),
    "jpeg-that-was-cut-off": (encode(noise(640, 480))[:-2000], "image_unreadable"),
    "zero-bytes": (b"", "invalid_request"),
    "gif": (encode(Image.fromarray(UPRIGHT), "GIF"), "unsupported_media_type"),
    "half-a-heic": (encode_heic(UPRIGHT)[:-2000], "image_unreadable"),
    "half-a-webp": (encode(noise(640, 480), "WEBP")[:-2000], "image_unreadable"),
    "hundred-megapixels": (hundred_megapixels(), "image_too_many_pixels"),
}


@pytest.fixture(scope="module")
def running(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_gateway(tiny_store.root, tmp_path_factory.mktemp("photos")) as running:
        yield running


@pytest.fixture
def client(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url) as client:
        yield client


def code(answer: httpx.Response) -> str:
    return "ok" if answer.status_code == 200 else str(answer.json()["code"])


@pytest.mark.parametrize(("photo", "expected"), PHOTOS.values(), ids=PHOTOS.keys())
def test_what_is_sent_counts_and_not_its_name(
    running: Running, client: httpx.Client, photo: bytes, expected: str
) -> None:
    """As a body, in a form under the name of a JPEG, in JSON and over gRPC."""
    called_jpeg = {"image": ("IMG_0001.jpg", photo, "image/jpeg")}
    assert code(client.post("/detect", content=photo, headers={"content-type": "image/jpeg"})) == expected
    assert code(client.post("/detect", files=called_jpeg)) == expected
    assert code(client.post("/detect", json={"image": base64.b64encode(photo).decode()})) == expected
    assert rpc_code(running, photo) == expected


@pytest.mark.parametrize("size", [(8160, 6144), (8192, 6144), (8064, 6048), (16382, 3628), (9248, 6936)])
def test_what_phones_of_48_to_64_megapixels_write_is_answered(
    client: httpx.Client, size: tuple[int, int]
) -> None:
    photo = encode(Image.new("RGB", size, (128, 120, 110)))
    answer = client.post("/detect", content=photo, timeout=60)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["image"]["width"], answer.json()["image"]["height"]) == size


def test_a_photo_that_takes_more_memory_than_is_set_is_refused_and_others_are_not(
    tiny_store: Store, tmp_path: Path
) -> None:
    flat = Image.new("RGB", (3000, 2000), (128, 120, 110))
    with running_gateway(tiny_store.root, tmp_path, max_decode_bytes="20000000") as running:
        answer = httpx.post(f"{running.url}/detect", content=encode(flat, "PNG"))
        assert (code(answer), answer.status_code) == ("image_too_many_pixels", 422)
        assert "JPEG that is not progressive" in answer.json()["detail"]
        assert code(httpx.post(f"{running.url}/detect", content=encode(flat))) == "ok"


def test_photos_that_are_decoded_at_once_stay_within_the_memory_that_is_set(
    tiny_store: Store, tmp_path: Path
) -> None:
    """A WebP takes 16 bytes a pixel: four of these would take 1.3 GB."""
    photo = encode(Image.new("RGB", (5000, 4000), (128, 120, 110)), "WEBP", method=0)
    limit_bytes, beside_bytes = 350_000_000, 100_000_000
    with (
        running_gateway(tiny_store.root, tmp_path, workers=4, max_decode_bytes=limit_bytes) as running,
        ThreadPoolExecutor(4) as pool,
    ):
        before = resident_bytes(running)
        url = f"{running.url}/detect"
        for answer in pool.map(lambda _: httpx.post(url, content=photo, timeout=60), range(8)):
            assert code(answer) == "ok"
        lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
        peak_bytes = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
        assert peak_bytes - before < limit_bytes + beside_bytes
        assert resident_bytes(running) - before < beside_bytes


def rpc_code(running: Running, photo: bytes) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
        try:
            detector_pb2_grpc.DetectorServiceStub(channel).Detect(pb.DetectRequest(image=photo))
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata())["grpc-status-details-bin"]
            return ErrorInfo.FromString(Status.FromString(details).details[0].value).reason
    return "ok"


def test_every_truncation_of_a_jpeg(client: httpx.Client) -> None:
    for length in range(1, len(SMALL)):
        seen = code(client.post("/detect", content=SMALL[:length]))
        assert seen in ("unsupported_media_type", "image_unreadable") or length > len(SMALL) - 24


@pytest.mark.parametrize("damage", ["*", "=", "\u00e9", " "])
def test_base64_with_garbage(client: httpx.Client, damage: str) -> None:
    text = base64.b64encode(SMALL).decode()
    answer = client.post("/detect", json={"image": text[:40] + damage + text[40:]})
    assert code(answer) == "invalid_request"


def test_none_of_them_leaves_anything_behind(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, workers=2) as running,
        httpx.Client(base_url=running.url) as client,
    ):
        for _ in range(ROUNDS):
            send_all(client)
        before = resident_bytes(running)
        for _ in range(ROUNDS):
            send_all(client)
        assert resident_bytes(running) - before < MOST_KEPT_BYTES
        assert metric(running, "detector_requests_in_flight") == {"": 1.0}
        assert not any('code="internal"' in labels for labels in metric(running, "detector_requests_total"))


def send_all(client: httpx.Client) -> None:
    for photo, expected in PHOTOS.values():
        assert code(client.post("/detect", content=photo)) == expected
