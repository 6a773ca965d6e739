# The build stage is Debian with Go; the image itself is the static binary, the
# certificates that AWS's endpoints are checked with, and nothing else.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /out/whystopped ./cmd/server

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/whystopped /whystopped
USER 65532:65532
# Inside a container loopback is nobody's: the port is published by whoever runs it.
ENV WHYSTOPPED_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/whystopped"]
