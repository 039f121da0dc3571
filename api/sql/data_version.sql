-- Which moment of which database a query sees now: equal texts, equal data.
select
    concat_ws(
        ' ',
        pg_postmaster_start_time(),
        current_database(),
        pg_current_snapshot()
    ) as version
