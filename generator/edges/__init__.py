"""Where the program meets the outside: foreign files in, ``data/``, pages out."""
