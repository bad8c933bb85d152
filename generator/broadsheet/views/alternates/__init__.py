"""The alternates of a page: its Markdown and JSON forms for programs, beside its HTML."""
