"""All that talks to PostgreSQL and dbt."""
