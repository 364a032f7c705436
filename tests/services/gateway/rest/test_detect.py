"""POST /detect over real connections: every way to send a photo, every refusal with its code."""

import base64
import http.client
import json
import socket

import httpx
import numpy as np
import pytest
from PIL import Image
from pydantic import TypeAdapter

from detector.response import DetectOut
from services.gateway.rest.openapi import ProblemOut
from tests.detector.pictures import encode, noise, orientation_exif

Box = tuple[float, float, float, float]


def red_top_left(width: int = 400, height: int = 300) -> Image.Image:
    """Grey, with the top left quarter red."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[: height // 2, : width // 2] = (230, 20, 20)
    return Image.fromarray(pixels)


PHOTO = encode(red_top_left())


def detections(answer: httpx.Response) -> list[tuple[str, Box]]:
    assert answer.status_code == 200, answer.text
    parsed = TypeAdapter(DetectOut).validate_json(answer.content)
    return [
        (found.label, (found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax))
        for found in parsed.detections
    ]


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    parsed = ProblemOut.model_validate_json(answer.content)
    assert parsed.status == answer.status_code
    assert parsed.request_id == answer.headers["x-request-id"]
    return answer.status_code, parsed.code


@pytest.mark.parametrize(
    "content_type", ["image/jpeg", "application/octet-stream", "application/x-www-form-urlencoded", None]
)
def test_the_photo_itself_is_a_body(client: httpx.Client, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = client.post("/detect", content=PHOTO, headers=headers)
    assert detections(answer) == [("red", (0.0, 0.0, 0.5, 0.5))]


def test_a_form_and_json_carry_the_same_photo(client: httpx.Client) -> None:
    form = client.post("/detect", files={"other": b"x", "image": ("photo.heic", PHOTO, "image/heic")})
    encoded = base64.b64encode(PHOTO).decode()
    plain = client.post("/detect", json={"image": encoded})
    url = client.post("/detect", json={"image": f"data:image/jpeg;base64,{encoded}"})
    assert detections(form) == detections(plain) == detections(url) == [("red", (0.0, 0.0, 0.5, 0.5))]


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_boxes_are_of_the_upright_photo_as_taken(client: httpx.Client, image_format: str) -> None:
    upright = red_top_left(1200, 800)
    raw = upright.transpose(Image.Transpose.ROTATE_90)
    answer = client.post("/detect", content=encode(raw, image_format, exif=orientation_exif(6)))
    fields = TypeAdapter(DetectOut).validate_json(answer.content)
    assert (fields.image.width, fields.image.height) == (1200, 800)
    pixels = fields.detections[0].box_px
    assert (pixels.ymin, pixels.xmin, pixels.ymax, pixels.xmax) == (0, 0, 400, 600)


def test_channel_and_version_choose_who_answers(client: httpx.Client) -> None:
    by_channel = client.post("/detect?channel=canary&min_score=0.1", content=PHOTO).json()
    by_version = client.post("/detect?version=2&min_score=0.1", content=PHOTO).json()
    assert (
        by_channel["model"] == by_version["model"] == {"name": "detector", "version": 2, "channel": "canary"}
    )
    assert by_channel["detections"] == by_version["detections"]


def test_min_score_and_max_detections_narrow_the_answer(client: httpx.Client) -> None:
    pixels = np.full((200, 200, 3), 128, np.uint8)
    pixels[:100, :100], pixels[100:, 100:] = (255, 0, 0), (40, 0, 255)
    two = encode(Image.fromarray(pixels))
    assert [label for label, _ in detections(client.post("/detect", content=two))] == ["red", "blue"]
    assert len(detections(client.post("/detect?max_detections=1", content=two))) == 1
    assert len(detections(client.post("/detect?min_score=0.95", content=two))) == 1
    assert detections(client.post("/detect?min_score=1", content=encode(noise(64, 64)))) == []


@pytest.mark.parametrize(
    "query",
    [
        "min_score=2",
        "min_score=nan",
        "min_score=-0.1",
        "min_score=",
        "max_detections=0",
        "max_detections=51",
        "max_detections=1e1",
        "min_score=0_1",
        "min_score=%D9%A0",
        "version=0",
        "version=x",
        "version=99999999999999999999",
        "channel=stable&channel=canary",
        "channel=canary&version=1",
    ],
)
def test_parameters_that_make_no_sense_are_refused(client: httpx.Client, query: str) -> None:
    assert problem(client.post(f"/detect?{query}", content=PHOTO)) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["version=3", "channel=beta", "channel=", "channel=../stable"])
def test_what_no_channel_points_to_is_not_found(client: httpx.Client, query: str) -> None:
    assert problem(client.post(f"/detect?{query}", content=PHOTO)) == (404, "not_found")


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (b"", "image/jpeg", (400, "invalid_request")),
        (b"hello", "image/jpeg", (415, "unsupported_media_type")),
        (PHOTO, "text/plain", (415, "unsupported_media_type")),
        (PHOTO[:-500], "image/jpeg", (422, "image_unreadable")),
        (b"{", "application/json", (400, "invalid_request")),
        (b"[" * 100_000, "application/json", (400, "invalid_request")),
        (b"[]", "application/json", (400, "invalid_request")),
        (b'{"image": 1}', "application/json", (400, "invalid_request")),
        (b'{"image": [' + b"[]," * 500_000 + b"1]}", "application/json", (400, "invalid_request")),
        (b'{"image": "!!!!"}', "application/json", (400, "invalid_request")),
        (b'{"image": "\xff"}', "application/json", (400, "invalid_request")),
        (b'{"image": "ab-_"}', "application/json", (415, "unsupported_media_type")),
        (b'{"image": ""}', "application/json", (400, "invalid_request")),
        (b"x", "multipart/form-data", (400, "invalid_request")),
        (b"\r\n--b\r\n\r\n" * 200, "multipart/form-data; boundary=b", (400, "invalid_request")),
        (b"x", "multipart/form-data; boundary=b", (400, "invalid_request")),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n',
         "multipart/form-data; boundary=b", (400, "invalid_request")),
        (b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n' + PHOTO,
         "multipart/form-data; boundary=b", (400, "invalid_request")),
    ],
)  # fmt: skip
def test_bodies_that_hold_no_photo_are_refused(
    client: httpx.Client, content: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    answer = client.post("/detect", content=content, headers={"content-type": content_type})
    assert problem(answer) == expected


def test_too_large_a_body_is_refused_by_its_declared_length(client: httpx.Client) -> None:
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 0, timeout=5)
    connection.putrequest("POST", "/detect")
    connection.putheader("content-length", "25000001")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "body_too_large")
    connection.close()


def test_too_large_a_body_is_refused_while_it_comes(client: httpx.Client) -> None:
    answer = client.post("/detect", content=(bytes(1_000_000) for _ in range(40)))
    assert problem(answer) == (413, "body_too_large")


def test_a_compressed_body_is_refused(client: httpx.Client) -> None:
    answer = client.post("/detect", content=PHOTO, headers={"content-encoding": "gzip"})
    assert problem(answer) == (415, "unsupported_media_type")


def test_other_methods_and_places_are_refused(client: httpx.Client) -> None:
    assert problem(client.get("/detect")) == (405, "method_not_allowed")
    assert problem(client.post("/livez")) == (405, "method_not_allowed")
    assert problem(client.get("/no/such/place")) == (404, "not_found")


@pytest.mark.parametrize("path", ["/detect/", "//detect", "/detct", "/v1/detect"])
def test_a_photo_sent_to_the_wrong_place_is_told_the_right_one(client: httpx.Client, path: str) -> None:
    """Not that POST is wrong, which is what the page's files alone would say."""
    answer = client.post(httpx.URL(f"{client.base_url}").copy_with(raw_path=path.encode()), content=PHOTO)
    assert problem(answer) == (404, "not_found")
    assert "POST /detect" in answer.json()["detail"]


def test_base64_may_have_the_line_ends_of_mime(client: httpx.Client) -> None:
    lines = base64.encodebytes(PHOTO).decode()
    for text in (lines, lines.replace("\n", "\r\n")):
        assert client.post("/detect", json={"image": text}).status_code == 200


@pytest.mark.parametrize("timeout", ["0", "-1", "abc", "1.5", "99999999999"])
def test_a_deadline_that_makes_no_sense_is_refused(client: httpx.Client, timeout: str) -> None:
    answer = client.post("/detect", content=PHOTO, headers={"x-request-timeout-ms": timeout})
    assert problem(answer) == (400, "invalid_request")
    assert "from 1 to 999999999" in answer.json()["detail"]


def test_the_answer_carries_its_id_and_its_timing(client: httpx.Client) -> None:
    answer = client.post("/detect", content=PHOTO, headers={"x-request-id": "trip-7"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "trip-7"
    assert {"read", "queue", "decode", "inference", "total"} == {
        stage.partition(";")[0] for stage in answer.headers["server-timing"].split(", ")
    }
    odd = client.post("/detect", content=PHOTO, headers={"x-request-id": 'a"b'})
    assert odd.headers["x-request-id"] != 'a"b'


def test_blanks_around_a_header_are_no_part_of_it(client: httpx.Client) -> None:
    host, port = client.base_url.host, client.base_url.port
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request(
        "POST", "/detect", PHOTO, {"X-Request-Id": "trip-8 \t", "X-Request-Timeout-Ms": "9000 "}
    )
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-request-id"]) == (200, "trip-8")
    connection.close()


def test_a_client_that_has_said_all_is_answered_before_the_connection_ends(client: httpx.Client) -> None:
    """As netcat does, which shows its end of input to the other side."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5) as connection:
        connection.sendall(
            b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(PHOTO) + PHOTO
        )
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b'"detections"' in answer


def test_json_is_compact_and_finite(client: httpx.Client) -> None:
    content = client.post("/detect", content=PHOTO).content
    assert json.dumps(json.loads(content), separators=(",", ":")).encode() == content


def test_a_method_that_is_refused_is_told_which_are_taken(client: httpx.Client) -> None:
    assert client.get("/detect").headers["allow"] == "POST"
