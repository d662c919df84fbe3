# Builds for amd64 and arm64 alike: all that it installs comes as wheels for both.
#   docker buildx build --platform linux/amd64,linux/arm64 -t registry.example.com/bulkvid:1 --push .
FROM python:3.12-slim AS build
WORKDIR /app
COPY pyproject.toml uv.lock README.md dagster.yaml workspace.yaml ./
COPY bulkvid_pipeline bulkvid_pipeline
COPY .ci/bootstrap .ci/bootstrap
# Nobody may write there later, and every process would compile its imports again.
ENV UV_COMPILE_BYTECODE=1
ARG EXTRAS="--extra celery --extra docker --extra k8s"
RUN mkdir bulkvid_pipeline_tests && touch bulkvid_pipeline_tests/__init__.py && sh .ci/bootstrap --no-dev $EXTRAS \
    && .venv/bin/python -m compileall -q bulkvid_pipeline \
    && .venv/bin/python -m pip uninstall --quiet --yes uv pip

FROM python:3.12-slim
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DAGSTER_HOME=/dagster \
    BULKVID_WORK_DIR=/work BULKVID_CACHE_DIR=/cache BULKVID_TEMPLATES_FOLDER=/templates
# A named volume that is mounted there takes over owner and content; the link leads it to the dagster.yaml of the image
# that runs, not of the one that came first.
RUN useradd --system --uid 10001 --create-home bulkvid \
    && mkdir /dagster /work /cache /templates && ln -s /app/bulkvid_pipeline/dagster.yaml /dagster/dagster.yaml \
    && chown bulkvid: /dagster /work /cache /templates
# A number, since Kubernetes cannot tell from a name that it is not root.
USER 10001
EXPOSE 8000
# Alone it serves all parts over SQLite; docker-compose.yml starts each part in a container of its own.
CMD ["bulkvid", "serve", "--host", "0.0.0.0", "--logs-to-stderr"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/api/v1/health', timeout=8)"]
