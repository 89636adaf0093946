import { describe, expect, test } from 'vitest';
import { planService, type Facts } from '../../services/plan.ts';
import { defaultServices } from '../../services/state.ts';

const bare: Facts = {
  settings: {},
  compose: false,
  programs: [],
  canInstall: false,
  isRoot: false,
  isDebian: false,
  canUnshare: false,
  forkyIsCached: false,
};
const debian: Facts = { ...bare, isDebian: true, isRoot: true, canInstall: true, canUnshare: true };

describe('where a service comes from', () => {
  test('settings come before everything else', () => {
    const settings = { MONGODB_URI: 'mongodb://db', REDIS_URL: 'redis://cache' };
    const facts = { ...debian, settings, compose: true, programs: ['mongod', 'redis-server'] };
    expect(planService('mongodb', facts)).toEqual({ source: 'settings' });
    expect(planService('redis', facts)).toEqual({ source: 'settings' });
  });

  test('half of the S3 settings are a mistake that is told, not a reason to use another server', () => {
    const plan = planService('s3', { ...debian, settings: { S3_ENDPOINT: 'https://s3', S3_BUCKET: 'mail' } });
    expect(plan).toMatchObject({
      source: 'none',
      why: expect.stringContaining('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY are not'),
    });
  });

  test('an IMAP_HOST without LMTP_PORT is no test server, because nothing can be delivered to it', () => {
    expect(planService('imap', { ...debian, settings: { IMAP_HOST: 'mail.firm.test' } })).toMatchObject({
      recipe: 'dovecot',
    });
  });

  test('a docker engine with compose comes next', () => {
    for (const name of defaultServices)
      expect(planService(name, { ...debian, compose: true })).toEqual({ source: 'compose' });
  });

  test('then what is on PATH, with nothing to install', () => {
    const facts = { ...debian, programs: ['mongod', 'valkey-server', 'dovecot', 'doveadm', 'openssl'] };
    expect(planService('mongodb', facts)).toEqual({ source: 'machine', recipe: 'mongod', install: [] });
    expect(planService('redis', facts)).toEqual({ source: 'machine', recipe: 'redis', install: [] });
    expect(planService('imap', facts)).toEqual({ source: 'machine', recipe: 'dovecot', install: [] });
  });

  test('then packages, if they may be installed', () => {
    expect(planService('redis', debian)).toEqual({
      source: 'machine',
      recipe: 'redis',
      install: ['redis-server'],
    });
    expect(planService('imap', debian)).toMatchObject({
      install: ['dovecot-imapd', 'dovecot-lmtpd', 'openssl'],
    });
  });

  test('MongoDB, S3 and Cyrus come from a forky root, which is built once', () => {
    for (const [name, recipe] of [
      ['mongodb', 'documentdb'],
      ['s3', 'swift'],
      ['cyrus', 'cyrus'],
    ] as const) {
      expect(planService(name, debian)).toEqual({
        source: 'forky',
        recipe,
        install: ['mmdebstrap'],
        build: true,
      });
      expect(planService(name, { ...debian, programs: ['mmdebstrap'] })).toEqual({
        source: 'forky',
        recipe,
        install: [],
        build: true,
      });
      expect(planService(name, { ...debian, forkyIsCached: true })).toEqual({
        source: 'forky',
        recipe,
        install: [],
        build: false,
      });
    }
  });

  test('Cyrus needs root, the others do not', () => {
    const ordinary = { ...debian, isRoot: false, forkyIsCached: true };
    expect(planService('cyrus', ordinary)).toMatchObject({
      source: 'none',
      why: expect.stringContaining('only root'),
    });
    expect(planService('mongodb', ordinary)).toMatchObject({ source: 'forky' });
  });

  test('a cached root needs no right to install', () => {
    expect(planService('s3', { ...debian, canInstall: false, forkyIsCached: true })).toMatchObject({
      source: 'forky',
      build: false,
    });
  });
});

describe('a service that cannot be had', () => {
  test('names the reasons and two ways out', () => {
    for (const name of defaultServices) {
      const plan = planService(name, bare);
      expect(plan).toMatchObject({
        source: 'none',
        why: expect.stringContaining('no docker engine with compose answers'),
        fix: [expect.stringContaining('export '), expect.any(String)],
      });
    }
  });

  test('on Debian without rights, the fix is the package to install', () => {
    const plan = planService('redis', { ...debian, canInstall: false });
    expect(plan).toMatchObject({
      source: 'none',
      why: expect.stringContaining('no right to install packages'),
      fix: [expect.anything(), expect.stringContaining('apt-get install redis-server')],
    });
  });

  test('without a mount namespace no package helps, so none is proposed', () => {
    const plan = planService('mongodb', { ...debian, canUnshare: false });
    expect(plan).toMatchObject({
      source: 'none',
      why: expect.stringContaining('no mount namespace'),
      fix: ['export MONGODB_URI=…', expect.not.stringContaining('apt-get')],
    });
  });
});
