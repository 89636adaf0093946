import { nearestName } from './nearest-name.ts';
import type { Setting } from './setting.ts';

/** Prefixes that hardly anything else uses. Without REDIS_ and MONGODB_: hosting platforms set such names themselves. */
const ownPrefixes = [
  'IMAP_',
  'MAILBOX_',
  'S3_',
  'POLL_',
  'INGEST_',
  'DASHBOARD_',
  'OIDC_',
  'BACKPRESSURE_',
  'COLLECTION_',
  'BLOCKLIST_',
] as const;

/** Kubernetes sets these for every service of the namespace, whatever its name. */
const serviceLink = /_(?:SERVICE_(?:HOST|PORT)|PORT(?:_\d{1,5}_(?:TCP|UDP).{0,8})?)(?:_[A-Z0-9_]{1,40})?$/u;

/** Unknown names in the environment that look like a setting, each with what was probably meant. */
export function findTypos(names: readonly string[], table: readonly Setting[]): readonly string[] {
  const known = new Set(
    table.flatMap(({ name, secret }) => (secret === true ? [name, `${name}_FILE`] : [name])),
  );
  return names.flatMap((name) => {
    if (known.has(name)) return [];
    const base = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : null;
    if (base !== null && known.has(base)) {
      return [`${name}: not used; only a secret is read from a file. Set ${base}.`];
    }
    // IMAP_PASSWORD for IMAP_PASS is more than two typos, and the most common mistake.
    const near = nearestName(name, known) ?? longestStart(name, known);
    if (near !== null) return [`${name}: not a setting, and not used. Did you mean ${near}?`];
    const own = ownPrefixes.some((prefix) => name.startsWith(prefix)) && !serviceLink.test(name);
    return own ? [`${name}: not a setting, and not used.`] : [];
  });
}

function longestStart(name: string, known: Iterable<string>): string | null {
  if (serviceLink.test(name)) return null;
  const starts = [...known].filter((candidate) => name.startsWith(candidate));
  return starts.reduce<string | null>(
    (best, start) => (start.length > (best?.length ?? 0) ? start : best),
    null,
  );
}
