"""``python -m tests.manual``: write the generated parts of the manual."""

from tests.manual.generated import files

for path, content in files().items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
