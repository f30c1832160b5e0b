"""Runs ministack with the sandbox's patches on one address, credentials enforced."""

import asyncio
import logging
import os
import resource
import sys

os.environ.update(
    AUTH="true",
    # Only what a plan can use; the rest would be more surface for nothing.
    SERVICES="cloudtrail,iam,kms,logs,monitoring,route53,s3,secretsmanager,sns,ssm,sts,tagging",
    IOT_MTLS_ENABLED="0",
    SFTP_ENABLED="0",
    S3_PERSIST="0",
    PERSIST_STATE="0",
)


def main() -> None:
    address = os.environ.get("BIND_HOST")
    if not address:
        sys.exit("serve.py: BIND_HOST is not set; it has to be the one address to listen on")
    log = os.environ.get("SANDBOX_LOG")
    if log:
        stream = open(log, "a", buffering=1)
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    import patches

    patches.apply()
    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    config = Config()
    config.bind = [f"{address}:{os.environ['GATEWAY_PORT']}"]
    # Longer than any gate keeps an idle connection, so a request never meets one that is being closed.
    config.keep_alive_timeout = 3600
    config.loglevel = "INFO"
    asyncio.run(serve(patches.middleware(app), config))


main()
