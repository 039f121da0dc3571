"""Suites of Great Expectations for what lies between two places; each module answers one question.

Python compares and counts, a suite says what the counts have to be. A module has its suites in `SUITES`.
"""
