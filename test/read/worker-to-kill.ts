/** Reads one message with the deadly reader and reports once a process has started or finished it; lives until killed. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { defaultRules } from '../../src/decide/rules.ts';
import { openReader } from '../../src/read/reader.ts';
import { openDirectoryStore } from '../../src/store/blobs/folder.ts';

const [folder = '', key = '', size = ''] = process.argv.slice(2);
const reader = openReader({
  blobs: openDirectoryStore({ dir: join(folder, 'blobs') }),
  processes: 1,
  maxMessageBytes: 50_000_000,
  timeLimitMs: 600_000,
  spoolDir: join(folder, 'spool'),
  reading: { authenticate: false, trustedAuthservIds: [], ownRelays: [], caseTags: defaultRules },
  entry: new URL('./deadly-process.ts', import.meta.url),
});
const untilRead = reader.read({ key, size: Number(size) });
const untilReached = async (): Promise<void> => {
  while (!existsSync(join(tmpdir(), 'reached'))) await delay(20);
};
await Promise.race([untilRead, untilReached()]);
console.log('reached');
await delay(600_000);
