import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spf } from 'mailauth/lib/spf/index.js';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { verifyAuthentication } from '../../src/mail/authentication/verification.ts';
import { dnsMapResolver, watchResolver } from '../../src/mail/authentication/dns-answers.ts';
import type { DnsResolver } from '../../src/mail/authentication/dns-answers.ts';
import type { CorpusSuite, Metric } from './corpus.ts';

type Zone = Record<string, Record<string, unknown[]>>;

const SpfScenario = z.object({
  description: z.string(),
  tests: z.record(
    z.string(),
    z.object({
      helo: z.string(),
      host: z.string(),
      mailfrom: z.string().nullish(),
      result: z.union([z.string(), z.array(z.string())]),
    }),
  ),
  zonedata: z.record(z.string(), z.array(z.unknown())),
});

const ArcScenarios = z.array(
  z.object({
    description: z.string(),
    tests: z.record(z.string(), z.object({ message: z.string(), cv: z.string() })),
    'txt-records': z.record(z.string(), z.string()),
  }),
);

const EspooferCase = z.object({
  file: z.string(),
  case: z.string(),
  envelope_from: z.string(),
  helo: z.string(),
});

/** The forms of the openspf suite: `{A: ip}`, `{MX: [10, host]}`, `{SPF: text}` (a TXT unless one is given), `TIMEOUT`. */
function spfResolver(zonedata: Readonly<Record<string, readonly unknown[]>>): DnsResolver {
  const zone: Zone = {};
  const slow = new Set<string>();
  for (const [name, records] of Object.entries(zonedata)) {
    const key = name.toLowerCase().replace(/\.$/, '');
    const entry: Record<string, unknown[]> = {};
    const given = records
      .filter((record) => typeof record === 'object' && record !== null)
      .flatMap(Object.entries);
    const hasText = given.some(([type]) => type === 'TXT');
    for (const [written, value] of given) {
      const type = written === 'SPF' && !hasText ? 'TXT' : written;
      if (value === 'NONE') continue;
      const list = (entry[type] ??= []);
      if (type === 'TXT') list.push([value].flat());
      else if (type === 'MX' && Array.isArray(value)) list.push({ priority: value[0], exchange: value[1] });
      else list.push(value);
    }
    if (records.includes('TIMEOUT') && given.length === 0) slow.add(key);
    zone[key] = entry;
  }
  const answers = dnsMapResolver(zone);
  const timeoutsAfter = new Set(
    Object.entries(zonedata)
      .filter(([, records]) => records.includes('TIMEOUT'))
      .map(([name]) => name.toLowerCase()),
  );
  return async (name, type) => {
    const key = name.toLowerCase();
    const known = zone[key]?.[type];
    if (slow.has(key) || (timeoutsAfter.has(key) && known === undefined)) {
      throw Object.assign(new Error('timeout'), { code: 'ETIMEOUT' });
    }
    return answers(name, type);
  };
}

async function spfSuite(corpus: string): Promise<Metric> {
  const file = join(corpus, 'auth-mailauth/fixtures/spf/rfc7208-tests.yml');
  const failures: { id: string; detail: string }[] = [];
  let n = 0;
  let libraryRight = 0;
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'), { uniqueKeys: false })) {
    const scenario = SpfScenario.parse(document.toJS());
    const resolver = spfResolver(scenario.zonedata);
    for (const [id, { helo, host, mailfrom, result }] of Object.entries(scenario.tests)) {
      n += 1;
      const wanted = [result].flat();
      const raw = Buffer.from('From: a@example.test\r\n\r\n');
      const smtp = { clientIp: host, helo, mailFrom: mailfrom ?? null };
      const got = await verifyAuthentication({ raw, smtp, resolver });
      if (!wanted.includes(got.spf ?? 'null'))
        failures.push({ id, detail: `${got.spf}, wanted ${wanted.join('|')}` });
      const sender = mailfrom || `postmaster@${helo}`;
      const { resolve } = watchResolver(resolver);
      const plain = await spf({ ip: host, helo, sender, mta: 'mta.test', resolver: resolve });
      if (wanted.includes(plain.status.result)) libraryRight += 1;
    }
  }
  return {
    set: 'auth-mailauth',
    metric: 'SPF result (rfc7208)',
    n,
    right: n - failures.length,
    library: { name: 'mailauth', right: libraryRight },
    failures,
  };
}

/** The suite is of a draft. RFC 6376 §3.5, whose syntax a seal's signature has (RFC 8617 §4.1.2): h= "MUST NOT be empty". */
const overruled: Readonly<Record<string, string>> = { ams_fields_h_empty: 'fail' };

async function arcSuite(corpus: string): Promise<Metric> {
  const file = join(corpus, 'auth-mailauth/fixtures/arc/arc-draft-validation-tests.json');
  const scenarios = ArcScenarios.parse(JSON.parse(readFileSync(file, 'utf8')));
  const failures: { id: string; detail: string }[] = [];
  let n = 0;
  for (const scenario of scenarios) {
    const zone: Zone = {};
    for (const [name, text] of Object.entries(scenario['txt-records'])) zone[name] = { TXT: [[text]] };
    for (const [id, { message, cv }] of Object.entries(scenario.tests)) {
      // a test without an expectation leaves the result to the verifier
      if (cv === '') continue;
      n += 1;
      const got = await verifyAuthentication({ raw: Buffer.from(message), resolver: dnsMapResolver(zone) });
      const wanted = overruled[id] ?? cv.toLowerCase();
      if (got.arc !== wanted) failures.push({ id, detail: `${got.arc}, wanted ${wanted}` });
    }
  }
  return {
    set: 'auth-mailauth',
    metric: 'ARC chain',
    n,
    right: n - failures.length,
    library: null,
    failures,
  };
}

async function dkimSuite(corpus: string): Promise<Metric> {
  const folder = join(corpus, 'auth-mailauth/dkim-ec');
  const zone: Zone = JSON.parse(readFileSync(join(folder, 'dns.json'), 'utf8'));
  const raw = readFileSync(join(folder, 'signed.eml'));
  const got = await verifyAuthentication({ raw, resolver: dnsMapResolver(zone) });
  const right = got.dkim === 'pass' && got.alignedPass ? 1 : 0;
  return {
    set: 'auth-mailauth',
    metric: 'DKIM Ed25519 and RSA',
    n: 1,
    right,
    library: null,
    failures: right ? [] : [{ id: 'signed.eml', detail: JSON.stringify(got) }],
  };
}

/** The attacker owns attack.com and its SPF; the domains that he plays have a policy and name no server of his. */
async function spoofSuite(corpus: string): Promise<Metric> {
  const folder = join(corpus, 'security-espoofer');
  const open = { TXT: [['v=spf1 ip4:192.0.2.66 -all']], A: ['192.0.2.66'] };
  const closed = { TXT: [['v=spf1 ip4:198.51.100.1 -all']] };
  const policy = { TXT: [['v=DMARC1; p=reject']] };
  const resolver = dnsMapResolver({
    'attack.com': open,
    'helo.attack.com': open,
    '33.attack.com': open,
    'any.attack.com': open,
    'legitimate.com': closed,
    'example.com': closed,
    '_dmarc.legitimate.com': policy,
    '_dmarc.example.com': policy,
  });
  const failures: { id: string; detail: string }[] = [];
  const rows = readFileSync(join(folder, 'cases.jsonl'), 'utf8').trim().split('\n');
  for (const row of rows) {
    const item = EspooferCase.parse(JSON.parse(row));
    const raw = readFileSync(join(folder, item.file));
    const smtp = { clientIp: '192.0.2.66', helo: item.helo, mailFrom: item.envelope_from };
    const got = await verifyAuthentication({ raw, smtp, resolver });
    if (got.alignedPass || got.dmarc === 'pass')
      failures.push({ id: item.case, detail: JSON.stringify(got) });
  }
  return {
    set: 'security-espoofer',
    metric: 'no forged author is authenticated',
    n: rows.length,
    right: rows.length - failures.length,
    library: null,
    failures,
  };
}

/** SPF, DKIM and ARC against their communities' suites, and forged authors against all of them together. */
export const authentication: CorpusSuite = async (corpusFolder) => {
  const metrics: Metric[] = [];
  if (existsSync(join(corpusFolder, 'auth-mailauth'))) {
    metrics.push(await spfSuite(corpusFolder), await arcSuite(corpusFolder), await dkimSuite(corpusFolder));
  }
  if (existsSync(join(corpusFolder, 'security-espoofer'))) metrics.push(await spoofSuite(corpusFolder));
  return metrics;
};
