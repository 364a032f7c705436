"""What clients are told of what went wrong."""

from detector.errors import ImageUnreadableError, InternalError, StoreError
from services.gateway.requests import INTERNAL_MESSAGE, public_error


def test_faults_of_ours_are_internal_and_name_no_files() -> None:
    for fault in (StoreError("/store/channels/detector.json is not JSON"), MemoryError(), KeyError("secret")):
        assert isinstance(public_error(fault), InternalError)
        assert public_error(fault).message == INTERNAL_MESSAGE


def test_what_the_client_can_mend_is_told_as_it_is() -> None:
    error = ImageUnreadableError("The JPEG cannot be decoded.")
    assert public_error(error) is error
