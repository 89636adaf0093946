import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { explain } from '../explain/explain.ts';
import type { Explained } from '../explain/explain.ts';
import { locateForImport } from '../mailbox/files/import-files.ts';
import { readLocated } from '../mailbox/files/message-files.ts';
import type { MessageFile } from '../mailbox/files/message-files.ts';
import { openDatabase } from '../store/mongo.ts';
import type { Database } from '../store/mongo.ts';

interface Preview {
  readonly lines: readonly string[];
  readonly refused: ReadonlyMap<string, string>;
}

/** Fingerprints per command. */
const ASKED = 1_000;

/**
 * What an import would do: which messages already exist, and how the others would be judged together with the current clients and
 * rules. Reads the database, and writes nothing to it.
 */
export async function previewIngest(
  config: Config,
  { paths, role }: { readonly paths: readonly string[]; readonly role: 'capture' | 'dropbox' },
): Promise<Preview> {
  const database = await openDatabase(config.mongodb).catch((error: unknown) => {
    throw new Error('MONGODB_URI: no database answers. Fix: check host, port and credentials', {
      cause: error,
    });
  });
  const dir = await mkdtemp(join(tmpdir(), 'docketmail-preview-'));
  try {
    const refused = new Map<string, string>();
    const clients = await database.clients.find().toArray();
    const explained = await explain({
      files: filesOf(paths, { dir, refuse: ({ file, why }) => void refused.set(file, why) }),
      clients,
      config: {
        rules: { ...config.rules, authentication: 'off' },
        mailbox: { name: 'import', role },
        smtp: null,
        dns: null,
        warnings: [],
      },
      useDns: false,
    });
    const known = await knownAmong(database, explained);
    return { lines: linesOf(explained, { known, refused: refused.size }), refused };
  } finally {
    await rm(dir, { recursive: true, force: true });
    await database.client.close();
  }
}

async function* filesOf(
  paths: readonly string[],
  into: Parameters<typeof locateForImport>[1],
): AsyncGenerator<MessageFile> {
  for (const path of paths)
    for await (const located of locateForImport(resolve(path), into)) yield await readLocated(located);
}

async function knownAmong({ messages }: Database, explained: readonly Explained[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let at = 0; at < explained.length; at += ASKED) {
    const asked = explained.slice(at, at + ASKED).map(({ facts }) => facts.fingerprint);
    for await (const { fingerprint } of messages
      .find({ fingerprint: { $in: asked } })
      .project<{ fingerprint: string }>({ fingerprint: 1 }))
      known.add(fingerprint);
  }
  return known;
}

function linesOf(
  explained: readonly Explained[],
  { known, refused }: { readonly known: ReadonlySet<string>; readonly refused: number },
): string[] {
  const isKnown = ({ facts }: Explained): boolean => known.has(facts.fingerprint);
  const fresh = explained.filter((one) => !isKnown(one));
  const of = (...kinds: Explained['verdict']['kind'][]): number =>
    fresh.filter(({ verdict }) => kinds.includes(verdict.kind)).length;
  return [
    ...explained.map((one) => {
      const { kind, reason, clients } = one.verdict;
      const whose = clients.map(({ clientId }) => clientId).join(', ');
      return `${one.file}: ${isKnown(one) ? 'is there already' : `${kind}${whose === '' ? '' : ` ${whose}`}${reason === null ? '' : ` (${reason})`}`}`;
    }),
    [
      `${explained.length} messages, of which ${explained.length - fresh.length} are there already.`,
      `Of the others ${of('matched')} would go on a client's record, ${of('ambiguous', 'unmatched')} to triage, and ${of('internal', 'ignored')} be ignored.`,
      `Refused: ${refused} files. Nothing was written (--dry-run); senders were not checked, and threads in the database were not looked up.`,
    ].join(' '),
  ];
}
