# The application alone: web, worker and the command line. PostgreSQL, Temporal and mail are other containers.
FROM python:3.13-slim AS build
WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1 UV_LINK_MODE=copy
COPY bootstrap.lock requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r bootstrap.lock \
 && .venv/bin/uv pip sync --quiet --no-cache --python .venv/bin/python --require-hashes requirements.lock
COPY . .
RUN .venv/bin/uv pip install --quiet --no-cache --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m stack.assets

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/tenggat --create-home tenggat
COPY --from=build /app /app
WORKDIR /app
USER tenggat
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 TENGGAT_HOME=/var/lib/tenggat
VOLUME /var/lib/tenggat
EXPOSE 8000
CMD ["python", "-m", "api.serving", "--listen", "0.0.0.0:8000"]
