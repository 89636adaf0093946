import type { Context } from 'hono';
import { html } from 'hono/html';
import { ObjectId } from 'mongodb';
import type { DecisionDocument } from '../../store/decisions.ts';
import type { Database } from '../../store/mongo.ts';
import { namesOfClients } from './client-names.ts';
import { pathWithout } from './forms.ts';
import type { Html } from './layout.ts';
import { plural } from './words.ts';

/** Ids of decisions that were just made, in the address of the page that follows. */
export const MAX_DONE = 100;

/** Acts that are no decisions, and so cannot be undone. */
const notes: Readonly<Record<string, string>> = {
  undone: 'Undone.',
  nothing: 'Nothing was left to undo.',
  polled: 'The mailbox is polled now.',
  paused: 'The mailbox is paused.',
  resumed: 'The mailbox is polled again.',
  added: 'The mailbox is added, and not read yet.',
  changed: 'The mailbox is changed.',
  removed: 'The mailbox is removed; its messages stay.',
  'user-added': 'The person may sign in.',
  'user-changed': 'The person is changed and signed out everywhere.',
  'user-removed': 'The person may not sign in any more.',
  revoked: 'The token does not count any more.',
  replayed: 'The message was read again.',
  tested: 'A test event is on its way.',
  enabled: 'The webhook is called again.',
  disabled: 'The webhook is not called any more.',
};

/** What was just done, with a button that undoes it. All words come from the database: the address has ids only. */
export async function toastFor(context: Context, database: Database): Promise<Html | null> {
  const note = notes[context.req.query('did') ?? ''];
  const ids = (context.req.query('done') ?? '')
    .split(',')
    .filter((id) => /^[0-9a-f]{24}$/u.test(id))
    .slice(0, MAX_DONE)
    .map((id) => ObjectId.createFromHexString(id));
  if (ids.length === 0)
    return note === undefined ? null : html`<div class="toast" role="status"><span>${note}</span></div>`;
  const done = await database.decisions.find({ _id: { $in: ids }, undoneAt: null }).toArray();
  if (done.length === 0) return null;
  return html`<div class="toast" role="status">
    <span>${await sentenceOf(database, done)}</span>
    <form method="post" action="/decisions/undo">
      ${done.map(({ _id }) => html`<input type="hidden" name="id" value="${_id.toHexString()}" />`)}
      <input type="hidden" name="back" value="${pathWithout(context, ['done', 'did'])}" />
      <button class="small" data-key="u">Undo <kbd>u</kbd></button>
    </form>
  </div>`;
}

async function sentenceOf(database: Database, done: readonly DecisionDocument[]): Promise<string> {
  const [first] = done;
  if (first === undefined) return '';
  const isSame = done.every(({ act }) => act === first.act);
  const names = await namesOfClients(
    database,
    done.flatMap(({ clients }) => clients.map(String)),
  );
  const whom = [...new Set(names.values())].slice(0, 3).join(', ');
  const what = done.length === 1 ? subjectWords(first) : plural(done.length, 'decision');
  if (!isSame) return `${plural(done.length, 'decision')} made.`;
  const update = done.length === 1 ? 'Case update' : what;
  const said: Readonly<Record<DecisionDocument['act'], string>> = {
    link: `${what} → ${whom}`,
    unlink: `${what} taken off the record of ${whom}`,
    ignore: `${what} ignored`,
    confirm: `${update} confirmed`,
    reject: `${update} rejected`,
  };
  return said[first.act];
}

function subjectWords({ subject }: DecisionDocument): string {
  const colon = subject.indexOf(':');
  const key = subject.slice(colon + 1);
  switch (subject.slice(0, colon)) {
    case 'address':
      return `All mail of ${key}`;
    case 'domain':
      return `All mail of @${key}`;
    case 'thread':
      return 'The whole thread';
    default:
      return 'Message';
  }
}
