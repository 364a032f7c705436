from typing import Any

import pytest

from detector.errors import InvalidRequestError
from jobs.launch.request import LaunchRequest

IMAGE = "train:1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"data": "photos"}, "--dataset-claim"),
        ({"data": "../other", "dataset_claim": "data"}, "no .."),
        ({"data": "/photos", "dataset_claim": "data"}, "no leading /"),
        ({"store_sub_path": ""}, "--store-sub-path"),
        ({"dataset_sub_path": "a"}, "--dataset-claim"),
        ({"store_claim": "My_Store"}, "--store-claim"),
        ({"job_name": "x" * 64}, "63"),
        ({"job_name": "-x"}, "--job-name"),
        ({"cpu": "two"}, "--cpu"),
        ({"memory": "4 GB"}, "--memory"),
        ({"image": " "}, "--image"),
        ({"pull_policy": "Sometimes"}, "IfNotPresent"),
        ({"retries": -1}, "--retries"),
        ({"kept_hours": 0.0}, "--keep-hours"),
    ],
)
def test_what_cannot_be_is_refused_with_the_option_that_says_it(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        LaunchRequest(**{"image": IMAGE, "job_name": "train", **options})


def test_each_launch_has_an_id_of_its_own() -> None:
    assert LaunchRequest(IMAGE, "train").launch_id != LaunchRequest(IMAGE, "train").launch_id
