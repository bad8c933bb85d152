"""``python -m generator`` is ``digest``."""

from generator.cli import main

if __name__ == "__main__":
    main()
