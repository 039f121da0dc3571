"""Write an S3 object to stdout: `fetch.py ENDPOINT BUCKET KEY REGION`. Run by the database server."""

import shutil
import sys

import boto3

endpoint, bucket, key, region = sys.argv[1:]
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    aws_access_key_id="testing",
    aws_secret_access_key="testing",
)
try:
    body = client.get_object(Bucket=bucket, Key=key)["Body"]
except client.exceptions.ClientError as error:
    sys.exit(f"s3://{bucket}/{key}: {error}")
shutil.copyfileobj(body, sys.stdout.buffer, 1 << 20)
