import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/config.ts';

function load(content: object, files: Readonly<Record<string, string>> = {}) {
  const all: Readonly<Record<string, string>> = { '/etc/mailboxes.yaml': JSON.stringify(content), ...files };
  return loadConfig(
    {
      MONGODB_URI: 'mongodb://127.0.0.1/crm',
      REDIS_URL: 'redis://127.0.0.1',
      MAILBOXES_FILE: '/etc/mailboxes.yaml',
    },
    {
      mailboxes: 'optional',
      readFile: (path) => {
        const text = all[path];
        if (text === undefined) throw new Error('ENOENT');
        return text;
      },
    },
  );
}

const problemsOf = (...input: Parameters<typeof load>): string => {
  try {
    load(...input);
    return 'no problem';
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
};

const microsoft = { name: 'm365', provider: 'microsoft', clientId: 'id-1', tenant: 'firm.example' };
const office = { host: 'outlook.office365.com', user: 'office@firm.example' };

describe('oauthApps', () => {
  it('are read with their secret from a file beside the list, and used by a mailbox', () => {
    const { oauthApps, mailboxes } = load(
      {
        oauthApps: [{ ...microsoft, clientSecretFile: 'secret', secretExpires: '2027-05-01' }],
        mailboxes: [{ ...office, oauth: { app: 'm365', grant: 'client-credentials' } }],
      },
      { '/etc/secret': 's3cret\n' },
    );
    expect(oauthApps[0]).toMatchObject({
      name: 'm365',
      credential: { kind: 'secret', secret: 's3cret', file: '/etc/secret' },
      secretExpires: new Date('2027-05-01'),
    });
    expect(mailboxes[0]?.auth).toEqual({
      kind: 'oauth',
      app: 'm365',
      grant: 'client-credentials',
      signInAs: null,
    });
  });

  it('may stand in the file without any mailbox', () => {
    expect(load({ oauthApps: [microsoft] })).toMatchObject({ mailboxes: [], oauthApps: [{ name: 'm365' }] });
  });

  it('take a service account from its JSON key', () => {
    const key = { client_email: 'robot@p.example', client_id: '42', private_key: 'PEM', private_key_id: 'k' };
    const { oauthApps } = load(
      { oauthApps: [{ name: 'g', provider: 'google', serviceAccountFile: 'key.json' }] },
      { '/etc/key.json': JSON.stringify(key) },
    );
    expect(oauthApps[0]).toMatchObject({
      clientId: '42',
      credential: { kind: 'service-account', keyId: 'k' },
    });
  });

  it.each([
    ['no tenant', { ...microsoft, tenant: undefined }, /has no tenant.*"common"/u],
    ['an unknown provider', { ...microsoft, provider: 'hotmail' }, /expected one of microsoft, google/u],
    ['a mistyped key', { ...microsoft, clientid: 'x' }, /unknown key "clientid". Did you mean clientId/u],
    ['no client id', { ...microsoft, clientId: undefined }, /has no clientId/u],
    [
      'a custom one without endpoints',
      { name: 'c', provider: 'custom', clientId: 'x' },
      /needs tokenEndpoint and scopes/u,
    ],
    [
      'an endpoint in clear text',
      { ...microsoft, tokenEndpoint: 'http://login.example/token' },
      /begins with https/u,
    ],
    ['a key without its certificate', { ...microsoft, privateKeyFile: 'secret' }, /go together/u],
    [
      'a file that is no key of a service account',
      { name: 'g', provider: 'google', serviceAccountFile: 'secret' },
      /not the key of a Google service account/u,
    ],
  ])('with %s are refused', (_what, app, problem) => {
    const problems = problemsOf({ oauthApps: [app] }, { '/etc/secret': 's3cret' });
    expect(problems).toMatch(problem);
    expect(problems).not.toContain('s3cret');
  });

  it.each([
    ['an app that is not there', { app: 'other' }, /no OAuth app "other". Fix: name one of m365/u],
    ['a grant that is not there', { app: 'm365', grant: 'password' }, /expected app, grant \(code, device/u],
    [
      'client credentials without a secret',
      { app: 'm365', grant: 'client-credentials' },
      /needs an app with clientSecretFile/u,
    ],
    [
      'a service account that is none',
      { app: 'm365', grant: 'service-account' },
      /needs an app with serviceAccountFile/u,
    ],
  ])('a mailbox with %s is refused', (_what, oauth, problem) => {
    expect(problemsOf({ oauthApps: [microsoft], mailboxes: [{ ...office, oauth }] })).toMatch(problem);
  });

  it('a mailbox with both a password and OAuth is refused', () => {
    const mailboxes = [{ ...office, pass: 'x', oauth: { app: 'm365' } }];
    expect(problemsOf({ oauthApps: [microsoft], mailboxes })).toMatch(/given together with oauth/u);
  });
});
