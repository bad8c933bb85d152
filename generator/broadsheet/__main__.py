"""``python -m broadsheet`` is ``digest``."""

from broadsheet.cli import main

if __name__ == "__main__":
    main()
