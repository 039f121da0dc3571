"""DSS to CSV, checked against the trend report; no database is needed."""
