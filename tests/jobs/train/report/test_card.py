from jobs.train.report import ReportData
from jobs.train.report.card import model_card
from tests.jobs.train.report.examples import example_data, example_photos


def sentences(data: ReportData, heading: str) -> str:
    return " ".join(next(section for section in model_card(data) if section.heading == heading).sentences)


def test_the_card_tells_what_it_was_trained_on() -> None:
    text = sentences(example_data(), "Trained on")
    assert "2 photos with 2 labelled objects" in text
    assert "raccoon: 1 object in 1 photo" in text
    assert "ImageNet" in text


def test_few_objects_and_no_empty_photos_are_limits() -> None:
    text = sentences(example_data(), "Limits")
    assert "Fewer than 100 training objects of raccoon and kangaroo" in text
    assert "2 of raccoon and 2 of kangaroo" in text
    assert "No training photo was empty" in text
    assert "No held-out photo was empty" not in text
    assert "No held-out photo was empty" in sentences(example_data((example_photos()[0],)), "Limits")


def test_photos_that_chose_the_epoch_are_not_passed_off_as_unseen() -> None:
    assert "may do a little worse" in sentences(example_data(), "Measured on")
    assert "no part in training" in sentences(example_data(held_out="test"), "Measured on")


def test_photos_that_were_trained_on_too_are_not_passed_off_as_held_out() -> None:
    text = sentences(example_data(also_trained_on=3), "Measured on")
    assert "3 of them were trained on too" in text
    assert "not trained on" not in text


def test_it_says_what_not_to_use_it_for() -> None:
    text = sentences(example_data(), "Do not use it for")
    assert "safety" in text
    assert "Surveillance" in text
