import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readClients } from '../../src/commands/client-file.ts';
import { explain } from '../../src/explain/explain.ts';
import { explainLine } from '../../src/explain/explain-line.ts';
import { readMessageFiles } from '../../src/mailbox/files/message-files.ts';
import { rulesFromExplainConfig } from '../../src/explain/explain-config.ts';

const root = new URL('../fixtures/scenarios/', import.meta.url);

const Link = z.object({ clientId: z.string(), via: z.string().optional() });
const Update = z.object({
  clientId: z.string(),
  ref: z.string().nullable(),
  status: z.string().optional(),
  review: z.string().nullable(),
});

const ExpectedLine = z.object({
  file: z.string(),
  verdict: z.object({
    kind: z.string(),
    clients: z.array(Link),
    candidates: z.array(Link).optional(),
    reason: z.string().nullable().optional(),
  }),
  direction: z.string(),
  automatic: z.object({ kind: z.string() }).nullable().optional(),
  caseUpdates: z.array(Update),
  sameAs: z.string().optional(),
  unlike: z.string().optional(),
});

/** What the tables beside the folders say about one message. */
export type ExpectedLine = z.infer<typeof ExpectedLine>;

const Line = z.object({
  file: z.string(),
  fingerprint: z.string(),
  direction: z.string(),
  automatic: z.object({ kind: z.string() }).nullable(),
  caseUpdates: z.array(Update.required()),
  verdict: z.object({
    kind: z.string(),
    clients: z.array(Link.required()),
    candidates: z.array(Link.required()),
    reason: z.string().nullable(),
  }),
});

/** What is compared of one line of `explain --json`, and the whole of it. */
export type Line = z.infer<typeof Line> & { readonly whole: unknown };

export function scenarioFile(path: string): string {
  return fileURLToPath(new URL(path, root));
}

export function readExpected(folder: string): readonly ExpectedLine[] {
  const lines = readFileSync(scenarioFile(`${folder}/expected.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => ExpectedLine.parse(JSON.parse(line)));
}

/** The lines of one folder by their path inside it. */
export async function explainFolder(folder: string): Promise<ReadonlyMap<string, Line>> {
  const reading = rulesFromExplainConfig(
    JSON.parse(readFileSync(scenarioFile(`${folder}/config.json`), 'utf8')),
  );
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const inside = scenarioFile(`${folder}/`);
  const explained = await explain({
    files: readMessageFiles([`${inside}mail`]),
    clients: await readClients(scenarioFile('clients.json')),
    config: reading.config,
    useDns: false,
  });
  return new Map(
    explained.map((one) => {
      const whole: unknown = JSON.parse(JSON.stringify(explainLine(one)));
      const line = Line.parse(whole);
      return [line.file.slice(inside.length), { ...line, whole }];
    }),
  );
}

/** The asserted part of a line, in the shape of the expectation: what it leaves open is left out. */
export function assertedPart(line: Line, expected: ExpectedLine): unknown {
  const { verdict } = expected;
  const byClient = new Map(line.verdict.clients.map((link) => [link.clientId, link]));
  const wanted = new Set(verdict.clients.map(({ clientId }) => clientId));
  const inOrder = [...wanted, ...byClient.keys()].filter(
    (id, at, all) => byClient.has(id) && all.indexOf(id) === at,
  );
  const offered = new Set(line.verdict.candidates.map(({ clientId }) => clientId));
  return {
    file: expected.file,
    verdict: {
      kind: line.verdict.kind,
      clients: inOrder.map((clientId) => {
        const open = verdict.clients.some((link) => link.clientId === clientId && link.via === undefined);
        return open ? { clientId } : { clientId, via: byClient.get(clientId)?.via };
      }),
      ...(verdict.candidates && {
        candidates: verdict.candidates.filter(({ clientId }) => offered.has(clientId)),
      }),
      ...(verdict.reason !== undefined && { reason: line.verdict.reason }),
    },
    direction: line.direction,
    ...(expected.automatic !== undefined && { automatic: line.automatic && { kind: line.automatic.kind } }),
    caseUpdates: line.caseUpdates.map(({ clientId, ref, status, review }, at) => {
      const open = expected.caseUpdates[at] !== undefined && expected.caseUpdates[at].status === undefined;
      return open ? { clientId, ref, review } : { clientId, ref, status, review };
    }),
  };
}
