# Holds a Pod's namespaces: one static program that waits and reaps.
ARG BASE
FROM ${BASE} AS base
FROM scratch
COPY --from=base /usr/bin/catatonit /pause
USER 65535:65535
ENTRYPOINT ["/pause", "-P"]
