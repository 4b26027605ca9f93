# Builds:  docker build -t convscope .
# Runs:    docker run --read-only --cap-drop ALL -p 127.0.0.1:8000:8000 -v convscope:/data convscope
#
# Reached under any other name than localhost or 127.0.0.1, the server must know it:
#          … -e CONVSCOPE_ALLOWED_HOSTS=convolution.school.example -e CONVSCOPE_PUBLIC_URL=https://convolution.school.example

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /build
COPY requirements/build.txt requirements/run.txt ./requirements/
RUN python -m venv /tools && python -m venv /venv \
    && /tools/bin/python -m pip install --require-hashes -r requirements/build.txt \
    && /venv/bin/python -m pip install --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY locale ./locale
COPY static ./static
COPY templates ./templates
RUN /tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /venv/bin/python -m pip install --no-deps --no-index /wheels/*.whl \
    && mkdir /data

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Convscope" org.opencontainers.image.licenses="MIT"
COPY --from=build /venv /venv
COPY --from=build --chown=10001:10001 /data /data
# /data is the only place written to: uploads, documents, the key, and request bodies on their way in.
ENV PATH=/venv/bin:$PATH HOME=/data TMPDIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CONVSCOPE_HOST=0.0.0.0 CONVSCOPE_PORT=8000 CONVSCOPE_DATA_DIR=/data
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD ["convscope", "health"]
CMD ["convscope", "serve"]
