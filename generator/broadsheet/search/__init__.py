"""The search index: from documents to the small files that a browser reads. Pure."""
