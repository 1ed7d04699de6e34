# One image with three binaries: the broker `doorward`, and `test-idp` and `sample-app` to try it.
#
#     docker build -t doorward .
#     docker run --volume state:/var/lib/doorward --publish 127.0.0.1:8080:8080 doorward
#
# It holds no secret. The broker makes its own on the first start, in /var/lib/doorward. Without a proxy in
# front it speaks TLS with DOORWARD__TLS__CERTIFICATE and DOORWARD__TLS__KEY, the paths of mounted files.

FROM rust:1.95.0-slim-bookworm AS build
# OpenSSL is built from source, for josekit.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p doorward -p doorward-test-idp -p doorward-sample-app \
 && install --target-directory=/usr/local/bin target/release/doorward target/release/test-idp target/release/sample-app

FROM debian:12.12-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates openssl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/doorward --shell /usr/sbin/nologin doorward \
 && install --directory --owner=doorward --group=doorward --mode=0700 /var/lib/doorward /secrets
COPY --from=build /usr/local/bin/doorward /usr/local/bin/test-idp /usr/local/bin/sample-app /usr/local/bin/
USER 10001:10001
WORKDIR /var/lib/doorward
VOLUME /var/lib/doorward
ENV DOORWARD__STORE=sled:/var/lib/doorward \
    DOORWARD__LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["doorward", "health"]
CMD ["doorward", "serve"]
