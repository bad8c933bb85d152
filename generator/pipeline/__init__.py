"""The verbs: what a command does, as a short piece of wiring between the floors below."""
