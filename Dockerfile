# The control plane as a container; it also holds the command line and the agent (`docker run IMAGE agent …`).
#
#   docker build -t sluice .
#   docker run -v sluice-data:/data -v "$PWD/tls:/tls:ro" -p 7700:7700 \
#     -e SLUICE_TLS_CERT=/tls/server.pem -e SLUICE_TLS_KEY=/tls/server.key sluice
#
# A container is reached from outside, so it listens on every address, and there the server asks for TLS: without a certificate it
# ends and says so. Where something in front ends TLS (an ingress, a load balancer), say so with `-e SLUICE_INSECURE=1`. By which names
# clients call it stands in SLUICE_ALLOWED_HOSTS. The first keys are in `docker logs` of the first start.

ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUN_IMAGE=node:24-alpine

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# The packages change less often than the sources, so they are a layer of their own.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The optional packages are Node itself, which the image below brings.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM ${RUN_IMAGE}
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/bin ./bin
COPY --from=build /build/scripts/container-health.mjs ./scripts/
COPY --from=build /build/dist ./dist
RUN mkdir -m 700 /data && chown node:node /data
USER node
ENV NODE_ENV=production SLUICE_HOST=0.0.0.0 SLUICE_PORT=7700 SLUICE_DATA=/data
VOLUME /data
EXPOSE 7700
# Opening the data folder takes a second or two; three failures in a row are half a minute. For an agent: docker run --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 CMD ["node", "/app/scripts/container-health.mjs"]
ENTRYPOINT ["node", "/app/bin/sluice.mjs"]
CMD ["serve"]
