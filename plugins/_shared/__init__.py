"""What several plugins share: reading citations, author lines, abstracts, and pages that are nothing but lines."""
