import pytest

from detector.errors import InvalidRequestError
from jobs.cli.train_options import check_train_options


def test_options_of_train_are_taken_and_the_models_name_is_told() -> None:
    assert check_train_options(()) == "detector"
    assert check_train_options(("--size", "96", "--name=zoo", "--no-tfjs", "--head", "localizer")) == "zoo"


def test_the_models_name_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_MODEL", "yard")
    monkeypatch.setenv("DETECTOR_STORE", "/home/ada/store")
    assert check_train_options(()) == "yard"
    assert check_train_options(("--name", "zoo")) == "zoo"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sizzle", "96"), "--sizzle"),
        (("--size", "many"), "--size"),
        (("--size", "100"), "multiple of 32"),
        (("--seed",), "--seed"),
        (("--name", "../zoo"), "not a model name"),
        (("--store", "/elsewhere"), "the Job says where"),
        (("--json",), "the Job says where"),
        (("photos",), "DATA"),
    ],
)
def test_what_train_would_refuse_is_refused_here(options: tuple[str, ...], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        check_train_options(options)
