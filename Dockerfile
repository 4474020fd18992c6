# machikoe: public, staff and worker are the same image with another command (see compose.yaml).
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/machikoe \
 && /opt/machikoe/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r requirements/build.lock -r requirements/base.lock
COPY pyproject.toml README.md LICENSE ./
COPY feedback/ feedback/
COPY classifier/ classifier/
COPY bot/ bot/
COPY admin/ admin/
COPY app/ app/
COPY migrations/ migrations/
RUN /opt/machikoe/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-index --no-build-isolation .

FROM python:3.11-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-morisawa-bizud-gothic \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/machikoe --create-home machikoe
COPY --from=build /opt/machikoe /opt/machikoe
ENV PATH=/opt/machikoe/bin:$PATH PYTHONUNBUFFERED=1 MACHIKOE_DATA_DIR=/var/lib/machikoe
USER machikoe
WORKDIR /var/lib/machikoe
VOLUME /var/lib/machikoe
EXPOSE 8410 8420
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["machikoe", "doctor", "--health"]
ENTRYPOINT ["machikoe"]
CMD ["serve", "--public-bind", "0.0.0.0:8410", "--staff-bind", "0.0.0.0:8420"]
