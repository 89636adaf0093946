import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/config.ts';
import { allSettings } from '../../src/config/config-table.ts';
import type { LoadOptions } from '../../src/config/config.ts';
import { defaultRules } from '../../src/decide/rules.ts';

const least = { MONGODB_URI: 'mongodb://127.0.0.1/law', REDIS_URL: 'redis://127.0.0.1:6379' };
const mailbox = { IMAP_HOST: 'imap.example.com', IMAP_USER: 'Office@Firm.example', IMAP_PASS: 'open sesame' };
const enough = { ...least, ...mailbox };

function files(content: Readonly<Record<string, string>>): LoadOptions {
  return {
    readFile(path) {
      const text = content[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
  };
}

function problemsOf(env: Record<string, string>, options?: LoadOptions): readonly string[] {
  try {
    loadConfig(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the least that must be set', () => {
  it('is where MongoDB and Redis are, and one mailbox', () => {
    const config = loadConfig(enough);
    expect(config.mongodb.db).toBe('law');
    expect(config.mailboxes).toMatchObject([
      {
        name: 'Office@Firm.example',
        role: 'capture',
        host: 'imap.example.com',
        port: 993,
        security: 'tls',
        auth: { kind: 'password', password: 'open sesame' },
        folders: ['\\Inbox', '\\Sent'],
        since: null,
        pollIntervalSeconds: 60,
      },
    ]);
    expect(config.rules).toEqual({
      ...defaultRules,
      authentication: 'flag',
      ownAddresses: ['office@firm.example'],
    });
    expect(config.ingest.maxMessageBytes).toBe(50 * 1024 * 1024);
    expect(config.warnings).toEqual([]);
  });

  it('is reported whole when nothing is set, with the way to set it', () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['MONGODB_URI', 'REDIS_URL']);
    expect(problems[0]).toContain('such as MONGODB_URI=mongodb://127.0.0.1:27017/crm');
  });

  it('says what is missing when there is no mailbox, except to commands that need none', () => {
    expect(problemsOf(least)).toEqual([expect.stringContaining('IMAP_HOST: no mailbox is given')]);
    expect(loadConfig(least, { mailboxes: 'optional' }).mailboxes).toEqual([]);
  });

  it('takes an empty variable as not set', () => {
    expect(loadConfig({ ...enough, POLL_BATCH: '', S3_BUCKET: '' }).poll.batch).toBe(500);
  });
});

describe('a wrong value', () => {
  it.each([
    ['POLL_INTERVAL_SECONDS', 'soon', 'a whole number from 1 to 86400'],
    ['POLL_INTERVAL_SECONDS', '0', 'a whole number'],
    ['POLL_INTERVAL_SECONDS', '1e3', 'a whole number'],
    ['POLL_INTERVAL_SECONDS', '99999999999999999999', 'a whole number'],
    ['MAX_MESSAGE_BYTES', 'big', 'a number of bytes'],
    ['AMBIGUITY', 'maybe', 'one of triage, all, oldest'],
    ['STORE_INTERNAL', 'si', 'true or false'],
    ['STAFF_DOMAINS', 'firm.example, a@b.example', '"a@b.example" is not a domain'],
    ['OWN_ADDRESSES', 'a@firm.example, b', '"b" is not an address'],
    ['MAILBOX_SINCE', 'yesterday', 'an ISO 8601 date'],
    ['MAILBOX_SINCE', '2026-02-31', 'an ISO 8601 date'],
    ['IMAP_SECURITY', 'ssl', 'one of tls, starttls, none'],
    ['PUBLIC_URL', 'crm.example.com', 'begins with http:// or https://'],
    ['LOG_LEVEL', 'loud', 'one of trace, debug'],
    ['MONGODB_DB', 'my crm', 'the name of a database'],
    ['QUEUE_PREFIX', 'a:b', 'letters, digits'],
    ['CASE_STATUSES', 'Open=new;Closed=new', '"new" stands for both "Open" and "Closed"'],
    ['CASE_STATUSES', ';', 'no status is given'],
  ])('%s=%s is reported with what is expected', (name, value, expected) => {
    const problems = problemsOf({ ...enough, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}: got ${JSON.stringify(value)}`);
    expect(problems[0]).toContain(expected);
    expect(problems[0]).toContain('Fix:');
  });

  it('is reported together with every other', () => {
    const problems = problemsOf({
      ...least,
      REDIS_URL: 'x',
      POLL_BATCH: '-1',
      LOG_LEVEL: 'x',
      IMAP_USER: 'a',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'REDIS_URL',
      'POLL_BATCH',
      'LOG_LEVEL',
      'IMAP_HOST',
      'IMAP_PASS',
    ]);
  });

  it('is shown on one bounded line', () => {
    const [problem = ''] = problemsOf({ ...enough, AMBIGUITY: `a\n${'b'.repeat(10_000)}` });
    expect(problem).not.toContain('\n');
    expect(problem.length).toBeLessThan(300);
  });
});

describe('a secret', () => {
  it.each([
    ['MONGODB_URI', 'http://app:hunter2@db.example/crm'],
    ['MONGODB_URI', 'mongodb://app:hunter2@x@db.example/crm'],
    ['MONGODB_URI', 'mongodb://app:hunter2/x@db.example/crm'],
    ['REDIS_URL', 'hunter2@redis.example'],
  ])('in %s is never repeated: %s', (name, value) => {
    const problems = problemsOf({ ...enough, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });

  it('has no default', () => {
    for (const row of allSettings.filter(({ secret }) => secret === true))
      expect(row.fallback).toBeUndefined();
  });

  it('may come from a file, without the line end of the file', () => {
    const { IMAP_PASS: _, ...env } = enough;
    const options = files({ '/run/secrets/imap': ' pass word \n', '/run/secrets/uri': 'mongodb://h/a' });
    const config = loadConfig(
      { ...env, MONGODB_URI: '', MONGODB_URI_FILE: '/run/secrets/uri', IMAP_PASS_FILE: '/run/secrets/imap' },
      options,
    );
    expect(config.mailboxes[0]?.auth).toEqual({ kind: 'password', password: ' pass word ' });
    expect(config.mongodb.uri).toBe('mongodb://h/a');
  });

  it.each([
    [
      'that is not there',
      { IMAP_PASS_FILE: '/none', IMAP_PASS: '' },
      'IMAP_PASS_FILE: the file "/none" cannot be read',
    ],
    [
      'that is empty',
      { IMAP_PASS_FILE: '/empty', IMAP_PASS: '' },
      'IMAP_PASS_FILE: the file "/empty" is empty',
    ],
    ['beside the variable', { IMAP_PASS_FILE: '/full' }, 'IMAP_PASS: given twice, also by IMAP_PASS_FILE'],
  ])('in a file %s is reported', (_, env, expected) => {
    const problems = problemsOf({ ...enough, ...env }, files({ '/empty': '\n', '/full': 'x' }));
    expect(problems).toEqual([expect.stringContaining(expected)]);
  });

  it('may be an access token, whose file is kept so that it can be read again', () => {
    const env = { ...least, IMAP_HOST: 'h', IMAP_USER: 'u', IMAP_ACCESS_TOKEN_FILE: '/token' };
    expect(loadConfig(env, files({ '/token': 'abc' })).mailboxes[0]?.auth).toEqual({
      kind: 'token',
      accessToken: 'abc',
      accessTokenFile: '/token',
    });
  });
});

describe('settings that belong together', () => {
  it.each([
    ['a low mark over the high mark', { BACKPRESSURE_LOW: '6000' }, 'BACKPRESSURE_LOW'],
    ['an endpoint without a bucket', { S3_ENDPOINT: 'http://127.0.0.1:9000' }, 'S3_BUCKET'],
    ['half of the credentials', { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'k' }, 'S3_ACCESS_KEY_ID'],
    ['a password and a token', { IMAP_ACCESS_TOKEN: 't' }, 'IMAP_PASS'],
    ['no folder', { IMAP_FOLDERS: ' , ' }, 'IMAP_FOLDERS'],
    ['a certificate file that cannot be read', { IMAP_CA_FILE: '/none.pem' }, 'IMAP_CA_FILE'],
    ['a header of no proxy', { DASHBOARD_USER_HEADER: 'X-Forwarded-User' }, 'DASHBOARD_USER_HEADER'],
    [
      'a header that is none',
      { DASHBOARD_USER_HEADER: 'X Forwarded', DASHBOARD_PROXIES: '127.0.0.1' },
      'DASHBOARD_USER_HEADER',
    ],
    ['an unknown role', { DASHBOARD_DEFAULT_ROLE: 'king' }, 'DASHBOARD_DEFAULT_ROLE'],
    [
      'an OpenID provider without a client',
      { OIDC_ISSUER: 'https://login.test', PUBLIC_URL: 'https://mail.test' },
      'OIDC_ISSUER',
    ],
    [
      'an OpenID provider without a way back',
      { OIDC_ISSUER: 'https://login.test', OIDC_CLIENT_ID: 'x' },
      'OIDC_ISSUER',
    ],
    [
      'an OpenID provider in clear text',
      { OIDC_ISSUER: 'http://login.test', OIDC_CLIENT_ID: 'x', PUBLIC_URL: 'https://mail.test' },
      'OIDC_ISSUER',
    ],
  ])('%s is an error', (_, env, name) => {
    const problems = problemsOf({ ...enough, ...env }, files({}));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(`${name}: `)).toBe(true);
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('a dashboard on %s needs no password', (host) => {
    expect(loadConfig({ ...enough, DASHBOARD_HOST: host }).dashboard.password).toBeNull();
  });

  it.each([
    ['a', 'it has fewer than 12 characters'],
    ['short secret', null],
    ['eleven char', 'it has fewer than 12 characters'],
    [' ', 'it is blank'],
    [' '.repeat(40), 'it is blank'],
    [`   abc${' '.repeat(20)}`, 'it has fewer than 12 characters'],
    ['aaaaaaaaaaaaaaaa', 'it repeats a few characters'],
    ['123412341234', 'it repeats a few characters'],
  ])('a dashboard for others whose password is %o: %o', (secret, why) => {
    for (const name of ['DASHBOARD_PASSWORD', 'DASHBOARD_TOKEN']) {
      const env = { ...enough, DASHBOARD_HOST: '0.0.0.0', [name]: secret };
      const expected =
        why === null
          ? []
          : [
              `${name}: ${why}, and DASHBOARD_HOST lets others guess at it. Fix: choose a long random one, such as \`openssl rand -base64 24\` prints.`,
            ];
      expect(problemsOf(env, files({}))).toEqual(expected);
    }
  });

  it('a short password for this machine only is a warning that does not repeat it', () => {
    const { warnings } = loadConfig({ ...enough, DASHBOARD_PASSWORD: 'hunter2' });
    expect(warnings).toEqual([
      expect.stringMatching(/^DASHBOARD_PASSWORD: it has fewer than 12 characters/u),
    ]);
    expect(warnings.join('\n')).not.toContain('hunter2');
  });

  it('a dashboard behind a proxy that is not named is a warning', () => {
    const env = {
      ...enough,
      PUBLIC_URL: 'https://docketmail.firm.test',
      DASHBOARD_PASSWORD: 'a long secret',
    };
    expect(loadConfig(env).warnings).toEqual([expect.stringMatching(/^DASHBOARD_PROXIES: not set/u)]);
    expect(loadConfig({ ...env, DASHBOARD_PROXIES: '::1, 10.0.0.0/8' })).toMatchObject({
      warnings: [],
      dashboard: { proxies: ['::1', '10.0.0.0/8'] },
    });
  });

  it.each(['proxy.firm.test', '10.0.0.0/33', '10.0.0.300', '010.0.0.1'])(
    'a proxy is an address or a network, not %o',
    (proxy) => {
      expect(problemsOf({ ...enough, DASHBOARD_PROXIES: proxy }, files({}))).toEqual([
        expect.stringMatching(/^DASHBOARD_PROXIES: got /u),
      ]);
    },
  );

  it('a dashboard for others with a token is allowed', () => {
    const env = { ...enough, DASHBOARD_HOST: '::', DASHBOARD_TOKEN: 'a long secret' };
    expect(loadConfig(env).dashboard).toMatchObject({ host: '::', token: 'a long secret' });
  });

  it.each([
    [{}, { port: 993, security: 'tls' }],
    [{ IMAP_PORT: '143' }, { port: 143, security: 'starttls' }],
    [{ IMAP_SECURITY: 'starttls' }, { port: 143, security: 'starttls' }],
    [
      { IMAP_SECURITY: 'TLS', IMAP_PORT: '10993' },
      { port: 10_993, security: 'tls' },
    ],
    [{ IMAP_PORT: '10143' }, { port: 10_143, security: 'starttls' }],
  ])('port and security follow from each other: %o', (env, expected) => {
    expect(loadConfig({ ...enough, ...env }).mailboxes[0]).toMatchObject(expected);
  });

  it.each([
    ['mongodb://h', 'crm'],
    ['mongodb://h/', 'crm'],
    ['mongodb://h/?replicaSet=r', 'crm'],
    ['mongodb://u:p%40x@a:1,b:2/law%2Doffice?ssl=true', 'law-office'],
    ['mongodb+srv://c.example.net/crm2', 'crm2'],
  ])('the database of %s is %s', (uri, db) => {
    expect(loadConfig({ ...enough, MONGODB_URI: uri }).mongodb.db).toBe(db);
  });

  it('blobs go to S3 if a bucket is named, else to a folder', () => {
    expect(loadConfig(enough).blobs).toMatchObject({ kind: 'directory' });
    const env = { ...enough, S3_BUCKET: 'b', S3_ENDPOINT: 'http://127.0.0.1:9000' };
    expect(loadConfig(env).blobs).toEqual({
      kind: 's3',
      bucket: 'b',
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      credentials: null,
      forcePathStyle: true,
      checksums: 'WHEN_SUPPORTED',
    });
  });
});

describe('case statuses', () => {
  it('keep their built-in aliases, except those given to another status', () => {
    const { caseStatuses } = loadConfig({
      ...enough,
      CASE_STATUSES: 'Open=fresh;On Hold=pending;Closed',
    }).rules;
    expect(caseStatuses.map(({ status }) => status)).toEqual(['Open', 'On Hold', 'Closed']);
    expect(caseStatuses[0]?.aliases).toEqual(expect.arrayContaining(['open', 'fresh', 'offen']));
    expect(caseStatuses[1]?.aliases).toEqual(expect.arrayContaining(['on hold', 'pending', 'pausiert']));
  });

  it('have no alias in common', () => {
    const aliases = defaultRules.caseStatuses.flatMap((status) => status.aliases);
    expect(new Set(aliases).size).toBe(aliases.length);
    expect(aliases).toEqual(aliases.map((alias) => alias.normalize('NFC').toLowerCase().trim()));
  });
});

function inFile(content: string, more: Record<string, string> = {}): LoadOptions {
  return files({ '/etc/docketmail/mailboxes.yaml': content, ...more });
}

describe('MAILBOXES_FILE', () => {
  const yaml = [
    '- host: imap.example.com',
    '  user: anna@firm.example',
    '  passFile: secrets/anna',
    '- name: dropbox',
    '  host: imap.example.com',
    '  port: 10143',
    '  user: crm@firm.example',
    '  passEnv: DROPBOX_PASS',
    '  role: dropbox',
    '  folders: [INBOX, Kunden/Offen]',
    '  since: 2026-01-31',
    '  pollIntervalSeconds: 300',
  ].join('\n');
  const env = { ...least, MAILBOXES_FILE: '/etc/docketmail/mailboxes.yaml', DROPBOX_PASS: 'p2' };

  it('lists many mailboxes, with secrets from other files and from the environment', () => {
    const { mailboxes, rules } = loadConfig(env, inFile(yaml, { '/etc/docketmail/secrets/anna': 'p1\n' }));
    expect(mailboxes).toMatchObject([
      {
        name: 'anna@firm.example',
        auth: { password: 'p1' },
        folders: ['\\Inbox', '\\Sent'],
        pollIntervalSeconds: 60,
      },
      {
        name: 'dropbox',
        port: 10_143,
        security: 'starttls',
        role: 'dropbox',
        auth: { password: 'p2' },
        folders: ['INBOX', 'Kunden/Offen'],
        since: new Date('2026-01-31T00:00:00Z'),
        pollIntervalSeconds: 300,
      },
    ]);
    expect(rules.ownAddresses).toEqual(['anna@firm.example', 'crm@firm.example']);
  });

  it('may be JSON, under the key mailboxes, beside a mailbox of the environment', () => {
    const json = JSON.stringify({ mailboxes: [{ host: 'h', user: 'second', pass: 'p' }] });
    const names = loadConfig({ ...env, ...mailbox }, inFile(json)).mailboxes.map(({ name }) => name);
    expect(names).toEqual(['Office@Firm.example', 'second']);
  });

  it.each([
    [
      '- {host: h, user: u, pass: x, folder: INBOX}',
      'mailboxes.yaml, mailbox 1: unknown key "folder". Did you mean folders?',
    ],
    ['- {host: h, user: u, pass: x, pollIntervalSecond: 5}', 'Did you mean pollIntervalSeconds?'],
    ['- {host: h, user: u, pass: x, zzzzzz: 5}', 'Known are host, port'],
    ['- {host: h, user: u}', 'mailboxes.yaml, mailbox 1, pass: not set'],
    ['- {user: u, pass: x}', 'mailboxes.yaml, mailbox 1, host: not set'],
    ['- {host: h, user: u, pass: x, port: imap}', 'mailboxes.yaml, mailbox 1, port: got "imap"'],
    [
      '- {host: "imaps://mail.example.com", user: u, pass: x}',
      'host: got "imaps://mail.example.com"; expected the name of a host alone, without imaps:// and port',
    ],
    ['- {host: "mail.example.com:993", user: u, pass: x}', 'host: got "mail.example.com:993"'],
    ['- {host: h, user: u, pass: x, role: spy}', 'one of capture, dropbox'],
    ['- {host: h, user: u, pass: [1]}', 'mailbox 1, pass: got a value that is not shown'],
    ['- {host: h, user: u, passEnv: NO_SUCH}', 'the environment has no "NO_SUCH"'],
    ['- {host: h, user: u, pass: x, passEnv: DROPBOX_PASS}', 'given twice, also by passEnv'],
    ['- {host: h, user: u, passFile: none}', 'passFile: the file "/etc/docketmail/none" cannot be read'],
    ['- {host: h, user: u, pass: x}\n- {host: g, user: u, pass: y}', 'two mailboxes are called "u"'],
    ['- word', 'mailboxes.yaml, mailbox 1: expected fields'],
    ['hello: world', 'has no list of mailboxes'],
    ['[]', 'has no list of mailboxes'],
  ])('reports what is wrong with %s', (content, expected) => {
    const problems = problemsOf(env, inFile(content));
    expect(problems).toEqual([expect.stringContaining(expected)]);
  });

  it('takes an IPv6 address for a host', () => {
    const [read] = loadConfig(env, inFile('- {host: "2001:db8::7", user: u, pass: x}')).mailboxes;
    expect(read?.host).toBe('2001:db8::7');
  });

  it('says where the YAML breaks without repeating the line, which may hold a password', () => {
    const problems = problemsOf(env, inFile('- host: h\n  pass: "hunter2\n'));
    expect(problems[0]).toContain('mailboxes.yaml, line');
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('reports the problems of all mailboxes together', () => {
    expect(problemsOf(env, inFile('- {host: h}\n- {user: u, pass: p, port: 0}'))).toHaveLength(4);
  });

  it('is reported when it is not there', () => {
    expect(problemsOf(env, files({}))).toEqual([expect.stringContaining('MAILBOXES_FILE: the file')]);
  });
});

describe('a name that is nearly a setting', () => {
  it.each([
    ['POLL_INTERVALL_SECONDS', 'POLL_INTERVAL_SECONDS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['IMAP_PASSWORD', 'IMAP_PASS'],
    ['MONGDOB_URI', 'MONGODB_URI'],
    ['IMAP_PASS_FLIE', 'IMAP_PASS_FILE'],
  ])('%s: a warning suggests %s', (name, meant) => {
    const { warnings } = loadConfig({ ...enough, [name]: 'x' });
    expect(warnings).toEqual([`${name}: not a setting, and not used. Did you mean ${meant}?`]);
  });

  it('is named among the problems when the real one is missing', () => {
    const { IMAP_PASS: _, ...env } = enough;
    expect(problemsOf({ ...env, IMAP_PASSWORD: 'x' }).at(-1)).toContain('Did you mean IMAP_PASS?');
  });

  it('warns of a file for what is no secret', () => {
    expect(loadConfig({ ...enough, IMAP_HOST_FILE: '/x' }).warnings[0]).toContain('only a secret');
  });

  it.each([
    'PATH',
    'HOME',
    'NODE_ENV',
    'AWS_REGION',
    'REDIS_PORT',
    'MONGODB_SERVICE_HOST',
    'IMAP_PORT_143_TCP_ADDR',
  ])('%s is left alone', (name) => {
    expect(loadConfig({ ...enough, [name]: 'x' }).warnings).toEqual([]);
  });
});

it('a password in clear text to another machine is warned of', () => {
  expect(loadConfig({ ...enough, IMAP_SECURITY: 'none' }).warnings[0]).toContain('in clear text');
  expect(loadConfig({ ...enough, IMAP_SECURITY: 'none', IMAP_HOST: '127.0.0.1' }).warnings).toEqual([]);
});

it('.env.example and the settings of the README are those of the table', () => {
  const run = spawnSync(process.execPath, ['script/env-example.ts', '--check'], {
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});
