"""What a page says, for programs: beside its HTML the same as Markdown and as JSON."""
