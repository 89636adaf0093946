/** From an address to the servers that it may be read at. What is found is shown to a person before it is used. */
import { Resolver } from 'node:dns/promises';
import { getDomain } from 'tldts';
import { MailboxRequestError } from '../mailbox-input.ts';
import { isHostName, readAutoconfig } from './autoconfig.ts';
import { fetchHttps } from './fetch-https.ts';
import { presets } from './presets.ts';
import type { Preset } from './presets.ts';

export interface Proposal {
  /** Where it comes from, the most trusted first. */
  readonly source: 'preset' | 'preset by MX' | 'autoconfig' | 'ISPDB' | 'autoconfig by MX' | 'SRV';
  readonly provider: string | null;
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly user: string;
  readonly signIn: Preset['signIn'];
  readonly note: string | null;
}

/** What it asks of the outside, given so that tests need no network. */
export interface Outside {
  readonly fetch: (url: string, signal: AbortSignal) => Promise<string | null>;
  /** Host names of the mail exchangers, the preferred one first. */
  readonly mx: (domain: string) => Promise<readonly string[]>;
  readonly srv: (name: string) => Promise<readonly { readonly name: string; readonly port: number }[]>;
}

const BUDGET_MS = 5_000;
const MAX_MX = 5;

function realOutside(): Outside {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  return {
    fetch: async (url, signal) => await fetchHttps(url, signal),
    mx: async (domain) =>
      (await resolver.resolveMx(domain))
        .toSorted((a, b) => a.priority - b.priority)
        .map(({ exchange }) => exchange),
    srv: async (name) => await resolver.resolveSrv(name),
  };
}

/** All that is known within five seconds. @throws MailboxRequestError for what is no address. */
export async function discover(
  address: string,
  {
    outside = realOutside(),
    budgetMs = BUDGET_MS,
  }: { readonly outside?: Outside; readonly budgetMs?: number } = {},
): Promise<readonly Proposal[]> {
  const typed = address.trim().normalize('NFC');
  const domain = typed.slice(typed.lastIndexOf('@') + 1).toLowerCase();
  if (!/^[^\s@<>%]{1,64}@[^\s@]+$/u.test(typed) || !isHostName(domain))
    throw new MailboxRequestError('bad-request', 'address: expected an address such as office@firm.example');
  const known = presets.find(({ domains }) => domains.includes(domain));
  if (known !== undefined) return [ofPreset(known, { source: 'preset', address: typed })];
  const signal = AbortSignal.timeout(budgetMs);
  const within = async <T>(work: Promise<readonly T[]>): Promise<readonly T[]> =>
    await Promise.race([
      work.catch(() => []),
      new Promise<readonly T[]>((resolve) => signal.addEventListener('abort', () => resolve([]))),
    ]);
  const exchangers = within(outside.mx(domain));
  const asked = { address: typed, outside, signal };
  const found = await Promise.all([
    within(byExchanger(exchangers, asked)),
    within(fromDocuments(autoconfigUrls(domain, typed), { ...asked, source: 'autoconfig' })),
    within(fromDocuments([`https://v1.ispdb.net/${domain}`], { ...asked, source: 'ISPDB' })),
    within(bySrv(domain, asked)),
  ]);
  const seen = new Set<string>();
  return found.flat().filter(({ host, port }) => {
    const isNew = !seen.has(`${host}:${port}`);
    seen.add(`${host}:${port}`);
    return isNew;
  });
}

interface Asked {
  readonly address: string;
  readonly outside: Outside;
  readonly signal: AbortSignal;
}

const autoconfigUrls = (domain: string, address: string): readonly string[] => [
  `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`,
  `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
];

function ofPreset(
  { provider, host, port, security, user, signIn, note }: Preset,
  { source, address }: { readonly source: Proposal['source']; readonly address: string },
): Proposal {
  const login = user === 'address' ? address : address.slice(0, address.lastIndexOf('@'));
  return { source, provider, host, port, security, user: login, signIn, note };
}

/** The exchanger says who runs the mail of a domain, not where it is read: that is looked up. */
async function byExchanger(
  exchangers: Promise<readonly string[]>,
  asked: Asked,
): Promise<readonly Proposal[]> {
  const domains = [
    ...new Set((await exchangers).slice(0, MAX_MX).flatMap((host) => getDomain(host.toLowerCase()) ?? [])),
  ];
  const known = presets.find(({ mx }) => mx.some((one) => domains.includes(one)));
  if (known !== undefined) return [ofPreset(known, { source: 'preset by MX', address: asked.address })];
  const urls = domains.map((domain) => `https://v1.ispdb.net/${domain}`);
  return await fromDocuments(urls, { ...asked, source: 'autoconfig by MX' });
}

async function fromDocuments(
  urls: readonly string[],
  { address, outside, signal, source }: Asked & { readonly source: Proposal['source'] },
): Promise<readonly Proposal[]> {
  const documents = await Promise.all(
    urls.map(async (url) => await outside.fetch(url, signal).catch(() => null)),
  );
  return documents
    .flatMap((xml) => (xml === null ? [] : readAutoconfig(xml, address)))
    .map((server): Proposal => {
      const { host, port, security, user, isOAuthOffered } = server;
      return {
        source,
        provider: null,
        host,
        port,
        security,
        user,
        signIn: isOAuthOffered ? 'oauth' : 'password',
        note: null,
      };
    });
}

/** RFC 6186. DNS without DNSSEC proves nothing: such a host is looked at twice by whoever confirms it. */
async function bySrv(domain: string, { address, outside }: Asked): Promise<readonly Proposal[]> {
  const of = async (service: string, security: Proposal['security']): Promise<readonly Proposal[]> => {
    const records = await outside.srv(`${service}._tcp.${domain}`).catch(() => []);
    return records
      .map(({ name, port }) => ({ host: name.replace(/\.$/u, '').toLowerCase(), port }))
      .filter(({ host }) => isHostName(host))
      .slice(0, 2)
      .map(({ host, port }): Proposal => {
        const isForeign = getDomain(host) !== getDomain(domain);
        const note = isForeign
          ? `${host} is of another domain than the address: confirm that it is your provider's`
          : null;
        return {
          source: 'SRV',
          provider: null,
          host,
          port,
          security,
          user: address,
          signIn: 'password',
          note,
        };
      });
  };
  return [...(await of('_imaps', 'tls')), ...(await of('_imap', 'starttls'))];
}
