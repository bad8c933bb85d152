"""The prompt, composed of the settings: the About page shows it exactly as sent."""

import hashlib
from collections.abc import Iterable

from broadsheet.settings.config import Settings
from broadsheet.settings.rubric import Grade

PAPERS = "{papers}"


def compose(settings: Settings) -> tuple[str, str]:
    """Return the system and the user prompt with rubric and topics filled in; ``{papers}`` is left."""
    parts = {"{rubric}": _rubric(settings), "{topics}": _topics(settings)}
    user = settings.prompt.user
    for placeholder, part in parts.items():
        user = user.replace(placeholder, part)
    return settings.prompt.system.strip(), user.strip()


def rubric_hash(system: str, user: str) -> str:
    """Return a hash of the prompt without papers: scores of different prompts are not comparable."""
    return hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:12]


def _rubric(settings: Settings) -> str:
    scales = (("Relevance", settings.rubric.relevance), ("Novelty", settings.rubric.novelty))
    return "\n\n".join(f"{name}\n" + "\n".join(_grades(grades)) for name, grades in scales if grades)


def _grades(grades: Iterable[Grade]) -> Iterable[str]:
    for grade in grades:
        example = f" Example: {grade.example}" if grade.example else ""
        yield f"- {grade.low}-{grade.high} ({grade.name}): {grade.description}{example}"


def _topics(settings: Settings) -> str:
    blocks = []
    for index, topic in enumerate(settings.topics, 1):
        lines = [f"{index}. {topic.name}"]
        lines += [f"   - Relevant: {topic.relevant.strip()}"] if topic.relevant else []
        lines += [f"   - Irrelevant: {topic.irrelevant.strip()}"] if topic.irrelevant else []
        lines += [f"   - Keywords: {', '.join(topic.words)}"] if topic.words else []
        blocks.append("\n".join(lines))
    return "\n".join(blocks)
