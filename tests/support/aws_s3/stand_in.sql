-- A stand-in for the aws_s3 extension of RDS, for tests: the functions that the loader calls, with RDS's
-- signatures and result text. The object really comes from an S3 endpoint, through COPY FROM PROGRAM.
-- Table, columns and options are put into the statement as they are, as RDS does: trusted callers only.

create schema aws_commons;
create schema aws_s3;

create type aws_commons._s3_uri_1 as (bucket text, file_path text, region text);
create type aws_commons._aws_credentials_1 as (access_key text, secret_key text, session_token text);

create function aws_commons.create_s3_uri(s3_bucket text, s3_key text, s3_region text)
returns aws_commons._s3_uri_1 language sql immutable
return row(s3_bucket, s3_key, s3_region)::aws_commons._s3_uri_1;

create function aws_s3._quoted(argument text)
returns text language sql immutable
return '''' || replace(argument, '''', '''\''''') || '''';

create function aws_s3.table_import_from_s3(
    table_name text,
    column_list text,
    options text,
    s3_info aws_commons._s3_uri_1,
    credentials aws_commons._aws_credentials_1 default null
) returns text language plpgsql as $$
declare
    command text := concat_ws(
        ' ', current_setting('aws_s3_stand_in.program'),
        aws_s3._quoted(s3_info.bucket), aws_s3._quoted(s3_info.file_path), aws_s3._quoted(s3_info.region)
    );
    columns text := case when column_list = '' then '' else '(' || column_list || ')' end;
    rows_imported bigint;
begin
    execute format('copy %s %s from program %L %s', table_name, columns, command, options);
    get diagnostics rows_imported = row_count;
    return format('%s rows imported into relation "%s" from file %s', rows_imported, table_name, s3_info.file_path);
end
$$;

create function aws_s3.table_import_from_s3(
    table_name text, column_list text, options text, bucket text, file_path text, region text,
    access_key text default null, secret_key text default null, session_token text default null
) returns text language sql
return aws_s3.table_import_from_s3(
    table_name, column_list, options, aws_commons.create_s3_uri(bucket, file_path, region)
);
