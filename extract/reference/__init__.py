"""The reference data of the project: the seed files' linter and the pages that are generated from seeds and models."""
