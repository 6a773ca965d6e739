# The build stage is Debian with Go; the image itself is the static binary, the
# certificates that AWS's endpoints are checked with, a folder for the history,
# and nothing else.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o /out/whystopped ./cmd/server \
	&& mkdir -p /out/state/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/whystopped /whystopped
# The only folder that is written to; the rest may be mounted read-only. SQLite
# puts what does not fit into memory into TMPDIR.
COPY --from=build --chown=65532:65532 /out/state/ /
VOLUME ["/data"]
USER 65532:65532
# Inside a container loopback is nobody's: the port is published by whoever runs it.
ENV WHYSTOPPED_LISTEN=0.0.0.0:8080 \
	WHYSTOPPED_DATABASE_URL=file:/data/whystopped.db \
	TMPDIR=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/whystopped", "-check"]
ENTRYPOINT ["/whystopped"]
