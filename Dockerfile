# Two stages: build with Rust and OpenSSL's headers, run with neither. The image runs as nobody and keeps everything in
# /var/lib/gongpai.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p api --features postgres-tls

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 ca-certificates curl tesseract-ocr tesseract-ocr-chi-sim \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o nobody -g nogroup /var/lib/gongpai
COPY --from=build /src/target/release/gongpai /usr/local/bin/gongpai
USER nobody
ENV GONGPAI_LISTEN=0.0.0.0:8080 GONGPAI_DATA_DIR=/var/lib/gongpai GONGPAI_LOG=json GONGPAI_MODE=production
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD curl -fsS http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["gongpai"]
