/** The content of an installation, one line per fact, to compare two of them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../src/store/mongo.ts';

export type EndState = readonly string[];

export async function readEndState(database: Database, blobDir: string | null): Promise<EndState> {
  const [sightings, messages, communications, caseUpdates, cursors] = await Promise.all([
    database.sightings.find().toArray(),
    database.messages.find().toArray(),
    database.communications.find().toArray(),
    database.caseUpdates.find().toArray(),
    database.cursors.find().toArray(),
  ]);
  const fingerprints = new Map(messages.map((message) => [message._id.toHexString(), message.fingerprint]));
  const facts = [
    ...sightings.map((s) => {
      const message = fingerprints.get(s.messageRef?.toHexString() ?? '') ?? 'none';
      return `sighting ${s.mailbox} ${s.folder} ${s.epoch} ${s.uid}: ${s.state} ${message.slice(0, 20)}`;
    }),
    ...messages.map((m) => {
      const links = m.links
        .map((link) => `${String(link.clientId)}${link.state.kind === 'pending' ? ' unwritten' : ''}`)
        .toSorted();
      return `message ${m.fingerprint.slice(0, 20)}: ${m.state} ${m.verdict?.kind ?? 'none'} [${links.join()}] ${m.mailboxes.toSorted().join()} ${m.roles.toSorted().join()} ${(m.rejudge ?? 0) > 0 ? 'to judge' : ''}`;
    }),
    ...communications.map(
      (c) =>
        `communication ${String(c.clientId)} ${c.date.toISOString()} ${c.subject} ${c.attachments
          .map(({ key }) => key.slice(0, 20))
          .toSorted()
          .join()}`,
    ),
    ...caseUpdates.map(
      (u) =>
        `case update ${String(u.clientId)} ${u.ref ?? '-'} ${u.date.toISOString()} ${u.title}: ${u.status} ${u.review ?? ''}`,
    ),
    ...cursors.map(
      (c) => `cursor ${c.mailbox} ${c.folder}: epoch ${c.epoch} seen ${c.seenUid} next ${c.uidNext}`,
    ),
    ...(blobDir === null ? [] : (await blobsIn(blobDir)).map((key) => `blob ${key}`)),
  ];
  return facts.toSorted();
}

/** Temporary files of an interrupted write begin with a dot; no key does. */
async function blobsIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
}

export interface Difference {
  /** Facts of the undisturbed run missing here. */
  readonly lost: readonly string[];
  /** Facts that the undisturbed run does not have, as many times as there are extra ones. */
  readonly doubled: readonly string[];
}

export function compareStates(undisturbed: EndState, state: EndState): Difference {
  return { lost: without(undisturbed, state), doubled: without(state, undisturbed) };
}

/** Equal lines are counted: a duplicate communication is one more of the same line. */
function without(all: EndState, taken: EndState): string[] {
  const left = new Map<string, number>();
  for (const line of taken) left.set(line, (left.get(line) ?? 0) + 1);
  return all.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
