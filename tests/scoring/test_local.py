"""The local scorer: training, reasons and the prefilter."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.cli.train import train_command
from broadsheet.daily.train import trained_scorer
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.scorer import Scorer
from broadsheet.scoring.local import model as models
from broadsheet.scoring.local import training
from broadsheet.scoring.local.calibration import calibrate
from broadsheet.scoring.local.evaluation import recall, spearman
from broadsheet.scoring.local.landmarks import Regression
from broadsheet.scoring.local.model import LocalModel
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.scoring.local.scorer import FILE, LocalScorer, open_model
from broadsheet.scoring.prefilter import prefilter, threshold
from broadsheet.settings.config import Settings
from broadsheet.settings.interests import Follow, Prefilter
from broadsheet.settings.topics import Topic
from tests.example import ROOT, digest, make_digest

TOPICS = Settings(topics=(Topic(id="pruning", name="Pruning", words=("sparse network",)), Topic(id="rl", name="RL")))
NEAR = "sparse pruning weights layers compression accuracy lottery ticket magnitude".split()
FAR = "galaxy redshift halo stellar dust emission survey telescope spectra".split()
FILL = "we show that our results improve the known bound for many large data sets".split()


def papers(number: int, seed: int = 0) -> list[Paper]:
    """Return rated papers, half of them about a subject with high ratings."""
    draw = random.Random(seed)
    rated = []
    for index in range(1, number + 1):
        good = index % 2 == 1
        text = " ".join(draw.choices(NEAR if good else FAR, k=25) + draw.choices(FILL, k=25))
        rated.append(
            Paper(
                arxiv_id=f"25{seed + 1:02}.{index:05}",
                title=" ".join(draw.sample(NEAR if good else FAR, 3)),
                abstract=text,
                relevance=draw.choice((8, 9)) if good else draw.choice((1, 2)),
                novelty=draw.choice((6, 7)) if good else draw.choice((4, 5)),
                comment="About pruning." if good else "Meets no topic.",
                scorer=Scorer(model="judge"),
            )
        )
    return rated


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return training.train(papers(120)).model


def test_it_learns_what_is_rated_high(model: LocalModel) -> None:
    new = papers(40, seed=1)
    rated = model.predict(new)
    given_ratings = np.array([paper.relevance for paper in new], float)
    assert (spearman(given_ratings, rated.relevance) or 0) > 0.7
    assert recall(given_ratings >= 7, rated.p_relevant, 0.5) == 1
    assert np.abs(rated.relevance - given_ratings).max() < 3
    assert ((rated.p_relevant >= 0) & (rated.p_relevant <= 1)).all()


def test_scores_are_whole_numbers_with_reasons_topics_and_the_models_name(model: LocalModel) -> None:
    scores = LocalScorer(TOPICS, model).score(papers(4, seed=2))
    assert (scores.model, scores.rubric, scores.unscored) == ("local", model.fingerprint, {})
    good, bad = scores.papers[:2]
    assert good.relevance in (8, 9)
    assert bad.relevance in (1, 2)
    assert isinstance(good.novelty, int)
    assert good.scorer == Scorer(model="local", rubric=model.fingerprint)
    assert good.topics == ("pruning",)
    assert good.comment is not None
    assert good.comment.startswith("Pruning (pruning). Words that count for it: ")
    assert "Most like 2501." in good.comment
    assert bad.comment is not None
    assert bad.comment.startswith("No word of a topic. ")
    assert any(word in bad.comment.partition("Against it: ")[2] for word in FAR)


def test_words_that_counted_add_up_to_the_linear_part(model: LocalModel) -> None:
    (paper,) = papers(1, seed=3)
    (why,) = LocalScorer(TOPICS, model).explain([paper], 10_000)
    total = (model.featurize([paper]).rows @ model.weights)[0]
    assert sum(word.relevance for word in why.words) == pytest.approx(total[0], abs=1e-4)
    assert sum(word.novelty for word in why.words) == pytest.approx(total[2], abs=1e-4)


def test_without_a_model_the_topics_words_decide_and_novelty_is_not_judged() -> None:
    title = Paper(arxiv_id="2501.00001", title="Sparse Networks by Pruning", abstract="Pruning.")
    abstract = Paper(arxiv_id="2501.00002", title="A Note", abstract="On sparse networks.")
    neither = Paper(arxiv_id="2501.00003", title="Galaxies")
    scores = LocalScorer(TOPICS, None).score([neither, abstract, title])
    assert [paper.relevance for paper in scores.papers] == [1, 4, 8]
    assert [paper.novelty for paper in scores.papers] == [5, 5, 5]
    assert [paper.topics for paper in scores.papers] == [(), ("pruning",), ("pruning",)]
    assert scores.papers[0].comment == "No word of a topic. Judged by the topics' words alone; novelty is not judged."
    assert scores.papers[1].comment is not None
    assert scores.papers[1].comment.startswith("Pruning (sparse networks). ")
    assert scores.rubric == "words"


@pytest.mark.parametrize("odd", ["", "$$$ 123", "数据 学习", "\x00\ud800" * 3, "a" * 10_000])
def test_texts_without_known_words_are_scored_too(model: LocalModel, odd: str) -> None:
    (paper,) = LocalScorer(TOPICS, model).score([Paper(arxiv_id="2501.00001", title=odd, abstract=odd)]).papers
    assert 1 <= (paper.relevance or 0) <= 10
    assert 1 <= (paper.novelty or 0) <= 10


def test_the_same_papers_make_the_same_file_and_a_file_the_same_scores(model: LocalModel, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    assert models.save(training.train(papers(120)).model, path)
    assert not models.save(model, path)
    again = models.load(path, "model.npz")
    assert again is not None
    new = papers(10, seed=4)
    assert LocalScorer(TOPICS, again).score(new) == LocalScorer(TOPICS, model).score(new)
    alone = [again.predict([paper]).relevance[0] for paper in new]
    assert alone == pytest.approx(again.predict(new).relevance.tolist(), abs=1e-4)


def test_constant_ratings_and_missing_comments_are_handled() -> None:
    flat = [msgspec.structs.replace(paper, relevance=5, novelty=5, comment=None) for paper in papers(60)]
    fitted = training.train(flat)
    assert fitted.model.predict(flat[:3]).relevance == pytest.approx([5, 5, 5], abs=0.5)
    assert (fitted.evaluation.relevance, fitted.evaluation.recalls[0].recall) == (None, None)


def test_how_papers_are_presented_counts_for_novelty() -> None:
    authors = ("Ada Lovelace", "Grace Hopper", "Emmy Noether", "Mary Somerville", "Sofia Kovalevskaya")
    rated = [
        msgspec.structs.replace(paper, authors=authors if index % 3 else authors[:1], novelty=8 if index % 3 else 3)
        for index, paper in enumerate(papers(240))
    ]
    model = training.train(rated).model
    (paper,) = papers(1, seed=5)
    alone, together = (msgspec.structs.replace(paper, authors=names) for names in (authors[:1], authors))
    few, many = model.predict([alone, together]).novelty
    assert many - few > 2
    crowd, throng = (msgspec.structs.replace(paper, authors=authors * times) for times in (20, 1000))
    assert model.predict([crowd]).novelty == model.predict([throng]).novelty


def test_a_damaged_model_has_a_message_with_a_remedy(tmp_path: Path) -> None:
    assert open_model(tmp_path) is None
    (tmp_path / FILE).parent.mkdir()
    for content in (b"", b"PK\x03\x04 no", b"\x80\x04K\x01."):  # the last one is a pickle
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(DigestError) as caught:
            open_model(tmp_path)
        assert str(caught.value).startswith(".digest/model-local.npz: no model can be read here: ")
        assert str(caught.value).endswith(": run 'broadsheet train' again")


def test_a_model_of_another_version_is_refused_by_name_and_trained_again_by_scoring(
    model: LocalModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.loads(msgspec.json.encode(paper)) for paper in papers(60)]
    make_digest(tmp_path, {"2025-01-01": rows})
    with monkeypatch.context() as older:
        older.setattr(models, "FORMAT", models.FORMAT - 1)
        models.save(model, tmp_path / FILE)
    with pytest.raises(DigestError, match="made by another version of the program: run 'broadsheet train' again"):
        open_model(tmp_path)
    scorer = trained_scorer(tmp_path, TOPICS, float)
    assert scorer.model is not None
    assert len(scorer.model.ids) == 60


@pytest.mark.parametrize("text", ["", "{index}", "word{index} another{index}"])
def test_papers_that_share_no_words_train_a_model(text: str) -> None:
    letters = ["".join(chr(97 + int(digit)) for digit in f"{index:04}") * 3 for index in range(60)]
    rated = [
        msgspec.structs.replace(paper, title=text.format(index=letter), abstract=None, comment=letter)
        for paper, letter in zip(papers(60), letters, strict=True)
    ]
    assert np.isfinite(training.train(rated).model.predict(rated[:3]).relevance).all()


# -- landmarks -------------------------------------------------------------------------------------------------------


def test_all_rows_count_where_only_some_are_landmarks() -> None:
    points = np.random.default_rng(0).normal(size=(600, 3)).astype(np.float32)
    targets = np.sin(points[:, :1] * 2)
    folds = [
        (np.flatnonzero(np.arange(600) % 3 != fold), np.flatnonzero(np.arange(600) % 3 == fold)) for fold in range(3)
    ]
    whole, few = (Regression(2.0, 0.1, number).fit(points, targets, folds) for number in (600, 100))
    assert (len(whole.landmarks), len(few.landmarks)) == (600, 100)
    lost = ((few.held_out - targets) ** 2).mean() / targets.var()
    assert lost < 0.05
    rest = points[few.landmarks], targets[few.landmarks]
    alone = Regression(2.0, 0.1, 100).fit(
        *rest, [(np.arange(50), np.arange(50, 100)), (np.arange(50, 100), np.arange(50))]
    )
    kernel = models.gaussian_kernel(models.squared_distances(points, rest[0]), 2.0)
    assert ((kernel @ few.coef + few.offset - targets) ** 2).mean() < (
        (kernel @ alone.coef + alone.offset - targets) ** 2
    ).mean()


def test_held_out_predictions_are_those_of_a_fit_without_the_fold() -> None:
    points = np.random.default_rng(1).normal(size=(90, 4)).astype(np.float32)
    targets = points[:, :2] ** 2
    train, test = np.arange(60), np.arange(60, 90)
    fit = Regression(2.0, 0.5, 90).fit(points, targets, [(train, test), (test, train)])
    alone = Regression(2.0, 0.5, 60).fit(
        points[train], targets[train], [(train[30:], train[:30]), (train[:30], train[30:])]
    )
    kernel = models.gaussian_kernel(models.squared_distances(points[test], points[train]), 2.0)
    assert fit.held_out[test] == pytest.approx(kernel @ alone.coef + alone.offset, abs=0.01)


# -- calibration -----------------------------------------------------------------------------------------------------

ESTIMATES = st.lists(st.tuples(st.floats(-3, 3), st.integers(1, 10)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(ESTIMATES)
def test_calibration_keeps_the_order_and_stays_on_the_scale(rows: list[tuple[float, int]]) -> None:
    line = calibrate([row[0] for row in rows], [row[1] for row in rows], 1, 10)
    places = np.linspace(line.before[0], line.before[-1], 50)
    values = line(places)
    assert (np.diff(values) > 0).all()
    assert values.min() >= 1
    assert values.max() <= 10


# -- the prefilter ---------------------------------------------------------------------------------------------------


class Fixed:
    """A model that predicts the relevance of the papers themselves."""

    def __init__(self, thresholds: Sequence[float] = ()) -> None:
        self.thresholds = thresholds

    def predict(self, papers: Sequence[Paper]) -> Predictions:
        relevance = np.array([float(paper.relevance or 0) for paper in papers])
        return Predictions(relevance, relevance / 10, relevance)


def day(*relevance: int) -> list[Paper]:
    return [Paper(arxiv_id=f"2501.{index:05}", title=f"T{index}", relevance=r) for index, r in enumerate(relevance)]


def test_the_prefilter_selects_a_share_best_first_with_near_misses() -> None:
    wanted = Settings(prefilter=Prefilter(keep=0.5, near_misses=1))
    chosen = prefilter(day(1, 9, 5, 7, 3), Fixed(), wanted)
    assert [paper.relevance for paper in chosen.selected] == [9, 7, 5]
    assert [paper.relevance for paper in chosen.left_out] == [3, 1]
    assert [(miss.arxiv_id, miss.title, miss.score) for miss in chosen.near_misses] == [("2501.00004", "T4", 3.0)]


def test_without_a_prefilter_nothing_is_left_out() -> None:
    papers = tuple(day(1, 9))
    assert prefilter(papers, Fixed(), Settings()).selected == papers
    assert prefilter((), Fixed(), Settings(prefilter=Prefilter(keep=0.01))).selected == ()


def test_followed_papers_stay_and_negative_keywords_come_last() -> None:
    followed = Paper(arxiv_id="2501.00009", title="T", relevance=1, authors=("Ada Lovelace",))
    avoided = Paper(arxiv_id="2501.00008", title="A survey", relevance=10)
    wanted = Settings(
        prefilter=Prefilter(keep=0.5), follow=Follow(authors=("Ada Lovelace",)), negative_keywords=("survey",)
    )
    chosen = prefilter([avoided, followed, *day(5, 6)], Fixed(), wanted)
    assert [paper.relevance for paper in chosen.selected] == [6, 5, 1]
    assert chosen.left_out == (avoided,)


def test_a_recall_target_needs_enough_good_papers() -> None:
    wanted = Settings(prefilter=Prefilter(recall=0.9))
    few = prefilter(day(1, 9), Fixed([0.5] * 8), wanted)
    assert (len(few.selected), few.note) == (
        2,
        "prefilter: all kept, since recall 0.9 takes 9 good papers to learn from",
    )
    enough = prefilter(day(1, 5, 9), Fixed([0.5, *[0.9] * 8]), wanted)
    assert [paper.relevance for paper in enough.selected] == [9, 5]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 10), max_size=12),
    st.one_of(
        st.builds(Prefilter, keep=st.sampled_from([0.01, 0.5, 0.995, 1.0]), near_misses=st.integers(0, 4)),
        st.builds(Prefilter, recall=st.floats(0.01, 0.99)),
    ),
    st.lists(st.floats(0, 1), max_size=30).map(sorted),
)
def test_every_paper_is_selected_or_left_out(relevance: list[int], wanted: Prefilter, good: list[float]) -> None:
    papers = day(*relevance)
    chosen = prefilter(papers, Fixed(good), Settings(prefilter=wanted))
    assert sorted([*chosen.selected, *chosen.left_out], key=lambda paper: paper.arxiv_id) == papers
    least = min((paper.relevance or 0 for paper in chosen.selected), default=11)
    assert all((paper.relevance or 0) <= least for paper in chosen.left_out)
    assert [miss.arxiv_id for miss in chosen.near_misses] == [
        paper.arxiv_id for paper in chosen.left_out[: wanted.near_misses]
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=150), st.floats(0.5, 0.99))
def test_the_threshold_holds_for_any_one_of_the_good_papers(good: list[float], target: float) -> None:
    """Leave out each of n + 1 papers in turn: at least the target share reaches the threshold of the others."""
    if len(good) < 2:
        assert threshold(sorted(good), target) is None or target <= 0.5 + 1e-9
        return
    reached = 0
    for index, p_relevant in enumerate(good):
        line = threshold(sorted(good[:index] + good[index + 1 :]), target)
        reached += line is None or p_relevant >= line
    assert reached / len(good) >= target - 1e-9


# -- the command -----------------------------------------------------------------------------------------------------


def run(root: Path, *options: str) -> Result:
    return CliRunner().invoke(train_command, ["--root", str(root), *options])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: dict[str, list[dict[str, object]]] = {}
    for index, paper in enumerate(papers(160)):
        date = f"2025-0{1 + index // 80}-0{1 + index // 20 % 4}"
        rows.setdefault(date, []).append(json.loads(msgspec.json.encode(paper)))
    return make_digest(tmp_path_factory.mktemp("digest"), rows)


def test_train_writes_a_model_and_prints_its_quality(root: Path) -> None:
    done = digest("train", "--root", root)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("learned from 160 papers, 2025-01-01 to 2025-02-04, in ")
    assert lines[1] == "on papers held back while learning from the others:"
    assert lines[5] == "  the most promising 50% hold 1.000 of the 80 papers rated 7 or more"
    trained = open_model(root)
    assert trained is not None
    assert lines[-1] == f"model {trained.fingerprint} → .digest/model-local.npz"
    why = run(root, "--explain", "2501.00004").output.splitlines()
    assert why[1].startswith("rated by judge: relevance ")
    assert why[2].startswith("local: relevance 1.")
    assert "words that counted     relevance  novelty" in why


def test_evaluate_has_a_table_of_months_and_the_agreement_of_two_ratings(tmp_path: Path) -> None:
    rows = [json.loads(msgspec.json.encode(paper)) for paper in papers(120)]
    again = [row | {"relevance": row["relevance"] + 1} for row in rows[80:90]]
    make_digest(tmp_path, {"2025-01-01": rows[:80], "2025-02-03": rows[80:100], "2025-03-03": again + rows[100:]})
    report = json.loads(run(tmp_path, "--evaluate", "2025-02-01", "--json").output)
    months = [(row["month"], row["figures"]["papers"]) for row in report["months"]]
    assert months == [("2025-02", 10), ("2025-03", 30)]
    agreed = report["agreement"]
    assert (agreed["papers"], agreed["good"], agreed["good_twice"], agreed["novelty"]) == (10, 5, 5, pytest.approx(1))
    lines = run(tmp_path, "--evaluate", "2025-02-01").output.splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["2025-02", "2025-03", "all"]
    assert lines[6].split()[:3] == ["rated", "twice", "10"]
    assert lines[6].endswith("5 both times")
    assert lines[7].split()[0] == "ceiling"


def test_evaluate_says_that_no_paper_was_rated_twice(root: Path) -> None:
    output = run(root, "--evaluate", "2025-02-01").output
    assert "no paper was rated on two days" in output
    assert "ceiling" not in output


def test_evaluate_learns_from_the_days_before_and_keeps_nothing(root: Path, tmp_path: Path) -> None:
    digest_root = make_digest(tmp_path)
    (tmp_path / "data").symlink_to(root / "data")
    report = json.loads(run(digest_root, "--evaluate", "2025-02-01", "--json").output)
    assert (report["papers"], report["last"], report["figures"]["papers"]) == (80, "2025-01-04", 80)
    assert not (digest_root / FILE).exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--before", "2025-01-01"], "data/papers: 0 papers with a rating, and 50 are needed to learn from: "),
        (["--evaluate", "2025-01-01"], "data/papers: 0 papers with a rating, and 50 are needed to learn from: "),
        (["--evaluate", "2026-01-01"], "data/papers: no rated papers from 2026-01-01 on: choose an earlier day"),
        (
            ["--explain", "2501.99999"],
            "data/papers: no paper 2501.99999: pass the arXiv id of a paper in data/papers, without its version",
        ),
        (["--before", "soon"], "'soon' is not a day as YYYY-MM-DD, from 1991 to 2099."),
        (["--before", "2025-01-01", "--explain", "x"], "--before, --evaluate and --explain exclude each other."),
    ],
)
def test_wrong_usage_has_a_message_with_a_remedy(root: Path, options: list[str], message: str) -> None:
    done = run(root, *options)
    assert done.exit_code != 0
    assert message in f"{done.output}{done.exception}"


def test_it_does_not_learn_from_itself_nor_from_lowered_ratings(tmp_path: Path) -> None:
    rows = [json.loads(msgspec.json.encode(paper)) for paper in papers(60)]
    own = [row | {"arxiv_id": f"2507.{index + 1:05}", "scorer": {"model": "local"}} for index, row in enumerate(rows)]
    lowered = [
        row | {"arxiv_id": f"2508.{index + 1:05}", "reasons": ["Negative keyword: x"]} for index, row in enumerate(rows)
    ]
    make_digest(tmp_path, {"2025-01-01": rows, "2025-01-02": own + lowered})
    assert run(tmp_path).output.startswith("learned from 60 papers, 2025-01-01 to 2025-01-01, ")


def test_commands_without_scoring_load_none_of_it() -> None:
    code = "import sys, broadsheet.cli; print({'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_scoring_loads_no_scikit_learn() -> None:
    code = "import sys, broadsheet.scoring.local.scorer; print({'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# -- real papers -----------------------------------------------------------------------------------------------------


def test_on_real_papers_it_agrees_with_the_language_model(corpus: Path, tmp_path: Path) -> None:
    make_digest(tmp_path)
    assert digest("import", "--root", tmp_path, corpus / "scored" / "cgarling").returncode == 0
    report = json.loads(digest("train", "--root", tmp_path, "--evaluate", "2025-10-01", "--json").stdout)
    figures = report["figures"]
    recalls = {(row["least"], row["share"]): row["recall"] for row in figures["recalls"]}
    assert figures["relevance"] >= 0.815
    assert figures["novelty"] >= 0.68
    assert recalls[7, 0.3] >= 0.945
    assert recalls[7, 0.5] >= 0.97
    assert recalls[8, 0.3] >= 0.97
    assert recalls[8, 0.5] >= 0.985
