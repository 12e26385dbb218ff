# One static binary on an empty base: no shell, no packages, nothing to write
# to but /data.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /opentime ./cmd/opentime && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /opentime /opentime
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
VOLUME /data
EXPOSE 8080
# Nothing but /data is written to, temporary files too. The admin listener stays
# on loopback inside the container unless OPENTIME_ADMIN and its tokens are given.
ENV OPENTIME_LISTEN=0.0.0.0:8080 OPENTIME_DATA=/data TMPDIR=/data
ENTRYPOINT ["/opentime"]
# The demo. Your own, mounted at /site: docker run --read-only -v ./site:/site:ro
# -v opentime:/data -e OPENTIME_KEYS -p 8080:8080 opentime serve /site
CMD ["serve"]
