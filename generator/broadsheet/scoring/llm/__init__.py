"""Scores by a language model: client, prompt, replies, batches, reply log and budget."""
