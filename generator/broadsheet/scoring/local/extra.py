"""The extra ``broadsheet[local]``: SciPy and scikit-learn, which a trained model needs. Topics' words do without."""

from importlib.util import find_spec

from broadsheet.model.diagnostics import Diagnostic, DigestError

INSTALL = "pip install 'broadsheet[local]'"
PACKAGES = ("scipy", "sklearn", "threadpoolctl")


def is_installed() -> bool:
    """Return whether the packages of the extra are installed, without loading them."""
    return all(find_spec(name) for name in PACKAGES)


def require(command: str) -> None:
    """Raise DigestError if the extra, which `command` needs, is not installed."""
    if not is_installed():
        raise DigestError(
            Diagnostic(command, "needs SciPy and scikit-learn, which are not installed", f"run {INSTALL}")
        )
