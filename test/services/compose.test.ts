import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface ComposeService {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly volumes?: readonly string[];
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
    expect(ports.length).toBeGreaterThan(5);
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
    for (const [, { healthcheck }] of services)
      for (const word of healthcheck?.test ?? []) expect(typeof word).toBe('string');
  });

  test('waits for health, or for the end of a job, and for services that exist', () => {
    const needs = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
    expect(needs.length).toBeGreaterThan(1);
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
    for (const { rest } of secrets) expect(rest).toBe('');
    const values = services.flatMap(([, service]) => Object.entries(service.environment ?? {}));
    for (const [, value] of values.filter(([key]) => /KEY|SECRET|PASSWORD|USER|TOKEN/.test(key)))
      expect(value).toMatch(/^\$\{[A-Z0-9_]+\}$/);
  });

  test('pins every image to an exact version and names no registry', () => {
    const images = services.flatMap(([name, { image }]) => (name === 'app' ? [] : (image ?? [])));
    expect(images.length).toBeGreaterThan(4);
    for (const image of images) expect(image).toMatch(/^([a-z]+\/)?[a-z]+:v?\d+\.\d+\.\d+(-[a-z]+)?$/);
  });

  test('runs Redis so that BullMQ loses nothing', () => {
    expect(text).toContain("'--appendonly', 'yes', '--maxmemory-policy', 'noeviction'");
  });

  test('has a profile for the development servers and one for docketmail', () => {
    const profiles = new Map<string, string[]>();
    for (const [name, { profiles: [profile = ''] = [] }] of services)
      profiles.set(profile, [...(profiles.get(profile) ?? []), name]);
    expect([...profiles.keys()].toSorted()).toEqual(['app', 'dev']);
    expect(profiles.get('app')).toEqual(['app']);
  });

  test('restarts every server, and overrides no setting that .env names', () => {
    for (const [name, service] of services)
      expect([name, service.restart]).toEqual([name, expect.stringMatching(/^(?:unless-stopped|no)$/u)]);
    expect(Object.keys(compose.services['app']?.environment ?? {})).toEqual([
      'DASHBOARD_HOST',
      'DASHBOARD_PORT',
    ]);
    expect(compose.services['app']?.depends_on).toBeUndefined();
  });

  test('gives docketmail the files that settings name', () => {
    const mounts = compose.services['app']?.volumes ?? [];
    for (const place of ['/config:ro', '/run/secrets:ro', '/certificates:ro', '/app/.data'])
      expect(mounts.some((mount) => mount.endsWith(place))).toBe(true);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const instructions = lines.filter((line) => /^[A-Z]+ /.test(line));

  test('ends as a user without rights, with the start command in exec form', () => {
    expect(instructions.filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
    expect(instructions.at(-1)).toBe('CMD ["node", "dist/cli.js", "start"]');
  });

  test('checks liveness of any role with a command that is valid JSON', () => {
    const check = lines
      .find((line) => line.trim().startsWith('CMD ["node", "-e"'))
      ?.trim()
      .replace('CMD ', '');
    expect(JSON.parse(check ?? '')).toContainEqual(expect.stringContaining('LIVENESS_FILE'));
  });

  test('leaves development packages and the build behind', () => {
    expect(instructions.filter((line) => line.startsWith('FROM'))).toEqual([
      'FROM node:24.11.0-bookworm-slim AS build',
      'FROM node:24.11.0-bookworm-slim',
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
