"""Topics proposed from papers."""

import random
from pathlib import Path

import msgspec
import pytest
import yaml

from broadsheet.build.starter import topics_block
from broadsheet.providers import liked
from broadsheet.scoring.background import FILE, load_background
from broadsheet.scoring.terms import terms
from broadsheet.scoring.topics import MOST_TOPICS, MOST_WORDS, propose_topics
from broadsheet.settings import topics as settings_topics
from broadsheet.settings.topics import Topic

TEXTS = [
    ("Graph Neural Networks for Molecules", "Graph neural networks for molecules. Each graph neural network is fast."),
    ("Message Passing in Graph Neural Networks", "Message passing in graph neural networks is slow on large graphs."),
    ("Deep Graph Neural Networks", "Oversmoothing hurts a graph neural network with many layers."),
    ("Dwarf Galaxies around the Milky Way", "The Milky Way has dwarf galaxies. JWST observes a dwarf galaxy."),
    ("Star Formation in Dwarf Galaxies", "We measure star formation in dwarf galaxies with JWST."),
    ("A Dwarf Galaxy without Stars", "Dwarf galaxies of the Milky Way may be dark."),
]  # fmt: skip


def keys(text: str) -> list[str]:
    return [term.key for term in terms(text)]


def test_topics_have_readable_names() -> None:
    names = {topic.name for topic in propose_topics(TEXTS, load_background())}
    assert {"Graph neural networks", "Dwarf galaxies"} <= names


def test_a_topic_has_the_words_that_go_with_its_name() -> None:
    topics = {topic.id: topic for topic in propose_topics(TEXTS, load_background())}
    assert "Milky Way" in topics["dwarf-galaxies"].words
    assert "Milky Way" not in topics["graph-neural-networks"].words


def test_topics_do_not_depend_on_the_order_of_papers() -> None:
    shuffled = random.Random(1).sample(TEXTS, len(TEXTS))
    assert propose_topics(shuffled, load_background()) == propose_topics(TEXTS, load_background())


@pytest.mark.parametrize("texts", [[], [("", "")], [("  ", "The of and.")], [("$$", "")]])
def test_nothing_gives_no_topics(texts: list[tuple[str, str]]) -> None:
    assert propose_topics(texts, load_background()) == ()


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        (
            "Neuronale Netze für die Schätzung von Quantenzuständen",
            "Wir schätzen Quantenzustände mit neuronalen Netzen.",
        ),
        ("Réseaux de neurones profonds", "Les réseaux de neurones profonds et la théorie de l'apprentissage."),
        (
            r"The $\mathcal{N}=4$ {Super}-{Y}ang--{M}ills \emph{amplitudes}",
            r"Amplitudes of $\mathcal{N}=4$ Yang--Mills.",
        ),
        ("图神经网络", "图神经网络的研究"),
        ("Y: on/off", "No: yes. True; null, ~ # [x] {y} 'z' \"w\" & *a"),
        ("x" * 5000, "y" * 100_000),
    ],
)
def test_topics_of_any_paper_are_valid_settings(title: str, abstract: str) -> None:
    topics = propose_topics([(title, abstract)], load_background())
    assert not list(settings_topics.faults(topics))
    assert msgspec.convert(yaml.safe_load(topics_block(topics))["topics"], tuple[Topic, ...]) == topics
    for topic in topics:
        assert not {word.lower() for word in topic.words} & {"für", "von", "wir", "les", "de", "et", "emph"}


def test_topics_are_few_and_have_few_words(corpus: Path) -> None:
    seed = next(corpus.glob("seeds/000*"))
    texts = [paper.text for paper in liked.parse(seed.read_bytes(), seed.name).papers]
    for number in (1, 2, 3, 7):
        topics = propose_topics(texts[:number], load_background())
        assert 2 <= len(topics) <= MOST_TOPICS
        assert all(1 <= len(topic.words) <= MOST_WORDS for topic in topics)
        assert not any("_" in topic.name or topic.name[0].islower() for topic in topics)


def test_thousands_of_papers_give_topics() -> None:
    texts = [(f"{title} {number % 7}", abstract) for number in range(500) for title, abstract in TEXTS]
    assert {"Graph neural networks", "Dwarf galaxies"} <= {t.name for t in propose_topics(texts, load_background())}


def test_plurals_hyphens_and_tex_are_one_term() -> None:
    assert (
        keys("low-rank matrices")
        == keys("low rank matrix")
        == ["low", "low rank", "low rank matrix", "rank", "rank matrix", "matrix"]
    )
    assert keys("galaxies") == ["galaxy"]
    assert keys("analysis") == ["analysis"]
    assert keys("Bayes' bias") == ["bayes", "bayes bias", "bias"]
    assert keys(r"Schr{\"o}dinger") == keys(r"{S}chr{\"o}dinger") == keys(r"{Schr{\"o}dinger}") == ["schrödinger"]


def test_phrases_end_at_stop_words_and_punctuation() -> None:
    assert "network galaxy" not in keys("a network, galaxy")
    assert "mixture of expert" in keys("a mixture of experts")


def test_the_background_is_small_and_has_counts_alone() -> None:
    background = load_background()
    assert FILE.stat().st_size <= 200_000
    assert background.rarity("model") < background.rarity("dwarf galaxy") < background.rarity("no such term")
    assert background.spelling("milky way") == "Milky Way"
    assert background.ends_phrases("neural network")
    assert not background.ends_phrases("deep neural")


def topics_of(phrase: str, filler: str = "") -> tuple[Topic, ...]:
    """Return the topics of twelve papers about a phrase."""
    texts = [(f"On {phrase} number {number}", f"We study {phrase}. {filler}") for number in range(12)]
    return propose_topics(texts, load_background())


@pytest.mark.parametrize(
    "phrase",
    ["benchmark datasets", "training tokens", "preserve accuracy", "detection limits", "background sources",
     "reliably getting", "expectations driven solely", "slope agrees", "prohibitively expensive"],
)  # fmt: skip
def test_common_words_side_by_side_are_no_topic(phrase: str) -> None:
    names = {topic.name.lower() for topic in topics_of(phrase)}
    assert phrase not in names


def test_a_topic_is_about_several_papers() -> None:
    texts = [*TEXTS * 3, ("Zeeman splitting in MACS J0138", "Zeeman splitting of a CIM and an EMA.")]
    topics = propose_topics(texts, load_background())
    assert not {"Zeeman splitting", "MACS J0138", "CIM", "EMA"} & {topic.name for topic in topics}


@pytest.mark.parametrize(
    ("long", "short"), [("white dwarf", "WD"), ("mixture of experts", "MoE"), ("graph neural network", "GNN")]
)
def test_an_abbreviation_is_no_second_topic(long: str, short: str) -> None:
    texts = [(f"A {long}", f"{short}s differ from a {short}.") for _ in range(6)]
    texts += [(f"{short}s", f"Each {short} is a {long}, and {short}s are many.") for _ in range(6)]
    (topic,) = propose_topics(texts, load_background())
    assert topic.name.lower().replace("-", " ").startswith(long)
    assert short in topic.words
    assert f"{short}s" not in topic.words  # it matches the plural


def test_plurals_of_abbreviations_are_one_term() -> None:
    assert keys("WDs") == keys("WD") == ["wd"]
    assert keys("MoEs") == keys("MoE")
    assert keys("Bayes") == ["bayes"]


def test_generic_single_words_are_no_words_of_a_topic() -> None:
    topics = topics_of("stellar streams", filler="Modern, low, multiple, innovative effects look fine.")
    words = {word.lower() for topic in topics for word in topic.words}
    assert "stellar stream" in words
    assert not words & {"modern", "low", "multiple", "innovative", "effect", "effects", "look", "fine"}


@pytest.mark.parametrize("title", ["基于深度学习的图像分割方法研究", "面向自动驾驶的多传感器融合目标检测方法研究综述"])
def test_a_chinese_title_is_no_term(title: str) -> None:
    assert title not in keys(title)
    assert all(len(key) <= 8 for key in keys(title))


def test_russian_function_words_are_no_terms() -> None:
    assert keys("метод для графов и сетей, который является") == ["графов", "сетей"]


def test_titles_alone_give_topics() -> None:
    titles = ["Vision transformers", "Knowledge distillation", "Low-rank adaptation", "KL divergence", "A dwarf galaxy"]
    assert len(propose_topics([(title, "") for title in titles], load_background())) >= 3


def test_a_large_library_gives_topics_of_a_sample() -> None:
    texts = [(f"{title} {number}", abstract) for number in range(400) for title, abstract in TEXTS]
    shuffled = random.Random(1).sample(texts, len(texts))
    assert propose_topics(shuffled, load_background()) == propose_topics(texts, load_background()) != ()
