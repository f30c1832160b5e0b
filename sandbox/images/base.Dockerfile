# What both images start from in a world: Debian, the node that runs this program, and one more CA.
# Outside the sandbox node:20-bookworm-slim takes its place.
FROM scratch
ADD debian.tar /
COPY node /usr/local/bin/node
COPY world-ca.crt /usr/local/share/ca-certificates/world-ca.crt
RUN update-ca-certificates && node --version
