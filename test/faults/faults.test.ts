/** The short form of `npm run test:faults`: each kind of fault once, on its own servers, without waiting for real time limits. */
import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServices } from '../../services/services.ts';
import type { Services } from '../../services/services.ts';
import { mailboxChanges } from './changes.ts';
import { imapFaults } from './imap.ts';
import { kills } from './kills.ts';
import { lateServers } from './late-servers.ts';
import { chaos } from './chaos.ts';
import { killedResets } from './resets.ts';
import { refusals } from './refusals.ts';
import { s3Faults } from './s3.ts';
import { tableOf } from './scenario.ts';
import type { Row, Scenario } from './scenario.ts';
import { mongodbFaults, redisFaults, workers } from './servers.ts';

const LIMIT_MS = 300_000;
const rows: Row[] = [];
let services: Services;
let folder: string;

beforeAll(async () => {
  await access(new URL('../../dist/app/open.js', import.meta.url)).catch(
    async () => await promisify(execFile)('npm', ['run', 'build']),
  );
  folder = await mkdtemp(join(tmpdir(), 'docketmail-fault-services.'));
  services = await openServices({ folder, settings: {} });
}, LIMIT_MS);

afterAll(async () => {
  await services.down();
  await rm(folder, { recursive: true, force: true });
  console.log(tableOf(rows));
}, LIMIT_MS);

const scenarios: readonly (readonly [string, Scenario])[] = [
  ['kill -9 at every step of poll and ingest', kills],
  ['Redis that is flushed, empty or away', redisFaults],
  ['MongoDB that is restarted', mongodbFaults],
  ['several processes, one of them frozen', workers],
  ['a network that cuts and drops', imapFaults],
  ['an S3 in trouble', s3Faults],
  ['mailboxes of two makes that change and begin anew', mailboxChanges],
  ['kill -9 while a folder begins anew', killedResets],
  ['a mailbox that is late, withholds, cuts off or serves notices', lateServers],
  ['writes, keys, clocks, blobs and clients that fail one at a time', chaos],
  ['servers that refuse, cut off or hold what cannot be read', refusals],
];

test.each(scenarios)(
  '%s: nothing is lost and nothing doubled',
  { timeout: LIMIT_MS },
  async (_, scenario) => {
    const broken: string[] = [];
    const done = await scenario.run({
      services,
      servers: services.env(),
      short: true,
      say: (line) => void (/(?:lost|doubled) /u.test(line) && broken.push(line)),
    });
    rows.push(...done);
    expect(done.length).toBeGreaterThan(0);
    expect(broken).toEqual([]);
    for (const row of done) expect(row).toMatchObject({ lost: 0, doubled: 0, stuck: 0 });
    for (const { missing } of done) expect(missing ?? 0).toBe(0);
  },
);
