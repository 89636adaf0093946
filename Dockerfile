# docketmail as a container: docker compose --profile app up --build
FROM node:24.11.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --ignore-scripts --no-save --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24.11.0-bookworm-slim
ENV NODE_ENV=production
# Touched while the process can do anything, whatever its roles.
ENV LIVENESS_FILE=/tmp/docketmail-alive
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The OpenAPI description is served.
COPY docs ./docs
# Blobs without S3, and the spool of large messages. A volume here inherits the owner.
RUN mkdir .data && chown node:node .data
USER node
EXPOSE 3000
# Liveness only: a database that is away is no reason to restart this process.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=5 \
  CMD ["node", "-e", "process.exit(Date.now() - fs.statSync(process.env.LIVENESS_FILE).mtimeMs < 60000 ? 0 : 1)"]
CMD ["node", "dist/cli.js", "start"]
