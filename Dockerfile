FROM python:3.12-slim
WORKDIR /app
COPY pyproject.toml uv.lock README.md dagster.yaml workspace.yaml ./
COPY bulkvid_pipeline bulkvid_pipeline
COPY .ci/bootstrap .ci/bootstrap
# Nobody may write there later, and every process would compile its imports again.
ENV UV_COMPILE_BYTECODE=1
RUN mkdir bulkvid_pipeline_tests && touch bulkvid_pipeline_tests/__init__.py && sh .ci/bootstrap --no-dev \
    && .venv/bin/python -m compileall -q bulkvid_pipeline
ENV PATH=/app/.venv/bin:$PATH DAGSTER_HOME=/dagster
RUN mkdir /dagster /uploads && cp bulkvid_pipeline/dagster.yaml /dagster/ \
    && useradd --system --home /dagster bulkvid && chown bulkvid /dagster /uploads
USER bulkvid
VOLUME ["/dagster"]
