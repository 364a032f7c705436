from jobs.train.data.matching.contested import Claim, settle
from jobs.train.data.matching.photo_index import BY_ANOTHER_NAME, NAMES_NO_FOLDER, Exactness, exactness
from jobs.train.data.photos import AnnotatedPhoto
from jobs.train.data.problems import ProblemKind

PHOTO = "images/cats/1.jpg"


def claim(file: str, how_exactly: Exactness) -> Claim:
    return Claim(AnnotatedPhoto(PHOTO, bytes, ()), file, file, how_exactly)


def kept(*claims: Claim) -> list[str]:
    """The files of the claims that are not reported."""
    photos, problems = settle(claims)
    reported = {problem.file for problem in problems if problem.kind is ProblemKind.MISSING_PHOTO}
    assert len(photos) + len(reported) == len(claims)
    return [entry.file for entry in claims if entry.file not in reported]


def test_an_only_claim_is_kept_however_vague() -> None:
    assert kept(claim("a.xml", BY_ANOTHER_NAME)) == ["a.xml"]


def test_the_more_exact_claim_is_kept_in_any_order() -> None:
    cats, dogs = claim("cats", exactness(PHOTO, "cats/1.jpg")), claim("dogs", exactness(PHOTO, "dogs/1.jpg"))
    assert kept(cats, dogs) == kept(dogs, cats) == ["cats"]


def test_equally_exact_claims_are_all_kept_and_so_is_one_without_folders() -> None:
    cats = exactness(PHOTO, "cats/1.jpg")
    assert kept(claim("a", cats), claim("b", cats), claim("c", NAMES_NO_FOLDER)) == ["a", "b", "c"]
