/** An S3 that is down, in trouble, slow, or sends and accepts only half. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/config.ts';
import { openBlobStore } from '../../src/store/blobs/open-blob-store.ts';
import type { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Run, Scenario } from './scenario.ts';
import { openStage, runDisturbed, untilDone } from './stage.ts';

type Trouble = 'none' | 'down' | 'error' | 'slow' | 'half-answer' | 'half-request';

interface S3Proxy {
  readonly url: string;
  set(trouble: Trouble): void;
  /** Requests that were not served properly. */
  readonly troubled: () => number;
  close(): Promise<void>;
}

/** The signature is over the Host header, which is passed on as it came. */
async function openS3Proxy(endpoint: string): Promise<S3Proxy> {
  const target = new URL(endpoint);
  let trouble: Trouble = 'none';
  let troubled = 0;
  const server = http.createServer((request, response) => {
    const now = trouble;
    if (now !== 'none') troubled += 1;
    const give = (): void => {
      const upstream = http.request(
        {
          host: target.hostname,
          port: target.port,
          path: request.url,
          method: request.method,
          headers: request.headers,
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          if (now !== 'half-answer' || request.method !== 'GET') answer.pipe(response);
          else
            answer.once('data', (bytes: Buffer) =>
              response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy()),
            );
        },
      );
      upstream.on('error', () => response.destroy());
      if (now === 'half-request' && request.method === 'PUT') {
        request.once('data', (bytes: Buffer) =>
          upstream.write(bytes.subarray(0, bytes.length / 2), () => upstream.destroy()),
        );
        response.on('close', () => upstream.destroy());
      } else request.pipe(upstream);
    };
    if (now === 'down') request.socket.destroy();
    else if (now === 'error') {
      request.resume();
      response
        .writeHead(500, { 'Content-Type': 'application/xml' })
        .end('<Error><Code>InternalError</Code></Error>');
    } else if (now === 'slow') void delay(3_000).then(give);
    else give();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A server that listens on TCP has an address of this kind.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (next) => {
      trouble = next;
    },
    troubled: () => troubled,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const troubles: readonly {
  readonly name: string;
  readonly trouble: Trouble;
  readonly seconds: number;
  readonly short: number | null;
}[] = [
  { name: 'S3: down', trouble: 'down', seconds: 20, short: null },
  { name: 'S3: answers 500', trouble: 'error', seconds: 10, short: 3 },
  { name: 'S3: slow answers', trouble: 'slow', seconds: 15, short: null },
  { name: 'S3: truncated answers', trouble: 'half-answer', seconds: 8, short: null },
  { name: 'S3: truncated uploads', trouble: 'half-request', seconds: 8, short: 3 },
];

export const s3Faults: Scenario = {
  name: 's3',
  run: async (bench) => {
    const rows: Row[] = [];
    for (const { name, trouble, seconds, short } of troubles) {
      const lasting = bench.short ? short : seconds;
      if (lasting !== null)
        rows.push(await troubledRun(bench, { name: `${name} for ${lasting} s`, trouble, seconds: lasting }));
    }
    return rows;
  },
};

/** Messages that are new to this S3: existing blobs are not stored again. */
async function troubledRun(
  bench: Bench,
  { name, trouble, seconds }: { name: string; trouble: Trouble; seconds: number },
): Promise<Row> {
  const stage = await openStage(bench, 25, 3_000);
  const proxy = await openS3Proxy(bench.servers['S3_ENDPOINT'] ?? '');
  // Blobs are looked up in S3, not listed from a folder.
  const undisturbed = stage.undisturbed.filter((fact) => !fact.startsWith('blob '));
  const changes = { s3: true, env: { S3_ENDPOINT: proxy.url } };
  let second: Program | null = null;
  try {
    const run = await runDisturbed(
      { ...stage, undisturbed },
      {
        changes,
        // Ingest in its own process reads from S3 what another one fetched.
        options: { roles: trouble === 'half-answer' ? ['poll'] : ['poll', 'ingest'] },
        disturb: async (_, installation) => {
          if (trouble === 'half-answer') second = await startProgram(installation.env, { roles: ['ingest'] });
          await untilDone(installation, 3);
          proxy.set(trouble);
          await delay(seconds * 1000);
          proxy.set('none');
        },
      },
    );
    const absent = await absentBlobs(stage.installation);
    return rowOf(
      name,
      stage.sightings,
      [{ ...run, lost: [...run.lost, ...absent] } satisfies Run],
      `${proxy.troubled()} requests failed`,
    );
  } finally {
    await stop(second);
    await proxy.close();
    await stage.close();
  }
}

const stop = async (program: Program | null): Promise<void> => await program?.stop();

/** Blobs that documents refer to but S3 does not have completely. */
async function absentBlobs({ database, env, servers }: Installation): Promise<string[]> {
  const config = loadConfig({ ...env, S3_ENDPOINT: servers['S3_ENDPOINT'] });
  const blobs = openBlobStore(config.blobs);
  try {
    const messages = await database.messages.find().toArray();
    const communications = await database.communications.find().toArray();
    const wanted = new Map([
      ...messages.map(({ rawKey, size }) => [rawKey, size] as const),
      ...communications.flatMap(({ attachments }) =>
        attachments.map(({ key, size }) => [key, size] as const),
      ),
    ]);
    const absent: string[] = [];
    for (const [key, size] of wanted) if ((await blobs.head(key))?.size !== size) absent.push(`blob ${key}`);
    return absent;
  } finally {
    await blobs.close();
  }
}
