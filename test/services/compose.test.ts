import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface ComposeService {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const text = read('docker-compose.yml');
const compose: { readonly services: Readonly<Record<string, ComposeService>> } = parse(text, { merge: true });
const services = Object.entries(compose.services);
const expectedCondition = (name: string): string =>
  compose.services[name]?.restart === 'no' ? 'service_completed_successfully' : 'service_healthy';
const isJob = (service: ComposeService): boolean => service.restart === 'no';

describe('docker-compose.yml', () => {
  test('binds every published port to the loopback interface', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(6);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z0-9_]+:-\d+\}:\d+$/);
  });

  test('publishes each port once', () => {
    const hostPorts = services
      .flatMap(([, service]) => service.ports ?? [])
      .map((port) => /:-(\d+)\}/.exec(port)?.[1]);
    expect(new Set(hostPorts).size).toBe(hostPorts.length);
  });

  test('has a health check for every server', () => {
    const unchecked = services.filter(([, service]) => !isJob(service) && !service.healthcheck?.test);
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  test('waits for health, or for the end of a job, and for services that exist', () => {
    const needs = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
    expect(needs.length).toBeGreaterThan(4);
    for (const [needed, { condition }] of needs) {
      expect(Object.keys(compose.services)).toContain(needed);
      expect([needed, condition]).toEqual([needed, expectedCondition(needed)]);
    }
  });

  test('holds no secret and no default for one', () => {
    const variables = [...text.matchAll(/\$\{([A-Z0-9_]+)([^}]*)\}/g)].map(([, name = '', rest = '']) => ({
      name,
      rest,
    }));
    const secrets = variables.filter(({ name }) => /KEY|SECRET|PASSWORD|TOKEN/.test(name));
    expect(secrets.length).toBeGreaterThan(2);
    for (const { rest } of secrets) expect(rest).toMatch(/^:\?set [A-Z0-9_]+ in \.env/);
    const values = services.flatMap(([, service]) => Object.entries(service.environment ?? {}));
    for (const [, value] of values.filter(([key]) => /KEY|SECRET|PASSWORD|USER|TOKEN/.test(key)))
      expect(value).toMatch(/^\$\{[A-Z0-9_]+:\?/);
  });

  test('pins every image and names no registry', () => {
    const images = services.flatMap(([, { image }]) => image ?? []);
    expect(images.length).toBeGreaterThan(4);
    for (const image of images) expect(image).toMatch(/^([a-z]+\/)?[a-z]+:(?!latest)[\w.-]+$/);
  });

  test('runs Redis so that BullMQ loses nothing', () => {
    expect(text).toContain("'--appendonly', 'yes', '--maxmemory-policy', 'noeviction'");
  });

  test('starts docketmail only when asked', () => {
    const withProfile = services.filter(([, service]) => service.profiles);
    expect(withProfile.map(([name, service]) => [name, service.profiles])).toEqual([['app', ['app']]]);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const instructions = lines.filter((line) => /^[A-Z]+ /.test(line));

  test('ends as a user without rights, with the start command in exec form', () => {
    expect(instructions.filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
    expect(instructions.at(-1)).toBe('CMD ["node", "dist/cli.js", "start"]');
  });

  test('checks liveness with a command that is valid JSON', () => {
    const check = lines
      .find((line) => line.trim().startsWith('CMD ["node", "-e"'))
      ?.trim()
      .replace('CMD ', '');
    expect(JSON.parse(check ?? '')).toContainEqual(expect.stringContaining('/health/live'));
  });

  test('leaves development packages and the build behind', () => {
    expect(instructions.filter((line) => line.startsWith('FROM'))).toEqual([
      'FROM node:24-bookworm-slim AS build',
      'FROM node:24-bookworm-slim',
    ]);
    expect(instructions).toContain('RUN npm run build && npm prune --omit=dev');
  });

  test('copies nothing that .dockerignore does not let in', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = instructions
      .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(3);
    for (const path of copied) expect(allowed).toContain(path);
  });
});
