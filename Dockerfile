# A small image of OnRecord: no compiler, no root. Nobody has built it: no container engine was there when it was made,
# and tests hold its lines against the project. PyTorch's CPU build is enough; where the default index has none, give
# one that has:  docker build --build-arg PIP_EXTRA_INDEX_URL=... .
FROM python:3.11-slim AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/onrecord
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY qa qa
COPY ingest ingest
COPY eval eval
COPY ui ui
RUN /opt/onrecord/bin/pip install --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 onrecord && install -d -o onrecord /data /models /scratch
COPY --from=build /opt/onrecord /opt/onrecord
ENV PATH=/opt/onrecord/bin:$PATH PYTHONUNBUFFERED=1 ONRECORD_HOME=/data ONRECORD_MODELS=/models
USER onrecord
WORKDIR /home/onrecord
VOLUME ["/data", "/models"]
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["onrecord"]
CMD ["serve", "--host", "0.0.0.0", "--port", "7860"]
