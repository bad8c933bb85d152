"""Scores of papers, by a language model (`llm`) or the local model (`local`), and the interests that change them."""
