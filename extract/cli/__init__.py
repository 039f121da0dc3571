"""What a person types and reads: the `coeqwal` command."""
