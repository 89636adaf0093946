/** What would follow if more than this one message was decided, before it is. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { companyDomain, isOurs } from '../../../decide/parties.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import { previewAlias } from '../../../triage/alias-rule.ts';
import { clientNamed } from '../../../triage/named.ts';
import { senderOf } from '../../../triage/queue.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { countSentFrom } from '../../../triage/triage.ts';
import { nameOf } from '../client-names.ts';
import { noSuch } from '../errors.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { plural, subjectOf } from '../words.ts';
import { messageAt } from './message-at.ts';

/** GET /messages/<id>/remember and /messages/<id>/ignore: pages, of which htmx takes the part in `#preview`. */
export function mountAlways(app: Hono, tools: PageTools): void {
  app.get('/messages/:id/remember', async (context) => await preview(context, tools, remembering));
  app.get('/messages/:id/ignore', async (context) => await preview(context, tools, ignoring));
}

type Part = (context: Context, tools: PageTools, message: MessageDocument) => Promise<Html>;

async function preview(context: Context, tools: PageTools, part: Part): Promise<Response> {
  const message = await messageAt(context, tools.database);
  if (message === null) return await noSuch(context, 'message');
  return await tools.show(context, {
    title: subjectOf(message.subject),
    current: 'triage',
    content: html`<p><a href="/messages/${message._id.toHexString()}">← The message</a></p>
      <h1>${subjectOf(message.subject)}</h1>
      <div id="preview" aria-live="polite">${await part(context, tools, message)}</div>`,
  });
}

/** The other party: the sender inside a forward, else the sender, else whom we wrote to. */
function addressIn(
  { participants, forwarded, verdict }: MessageDocument,
  ours: (address: string) => boolean,
) {
  const roles =
    forwarded !== null
      ? ['forwarded-from', 'from']
      : verdict?.direction === 'outbound'
        ? ['to', 'cc']
        : ['from', 'reply-to'];
  return (
    roles
      .flatMap((role) => participants.filter((one) => one.role === role))
      .find(({ address }) => address !== null && !ours(address))?.address ?? null
  );
}

const remembering: Part = async (context, { database, triage }, message) => {
  const client = await clientNamed(database, context.req.query('client') ?? '');
  const address = addressIn(message, (one) => isOurs(one, triage.rules));
  if (address === null) return html`<p>There is no address of somebody else in this message.</p>`;
  const domain = companyDomain(address);
  const offers = await Promise.all(
    [address, ...(domain === null ? [] : [`@${domain}`])].map(
      async (what) => await offer(what, { triage, client, id: message._id.toHexString() }),
    ),
  );
  return html`<h3>Always ${nameOf(client)}</h3>
    ${offers}`;
};

async function offer(
  what: string,
  {
    triage,
    client,
    id,
  }: {
    readonly triage: PageTools['triage'];
    readonly client: Awaited<ReturnType<typeof clientNamed>>;
    readonly id: string;
  },
): Promise<Html> {
  try {
    const { follow, cases, isCut } = await previewAlias(triage, { what, client });
    const upTo = isCut ? 'at least ' : '';
    return html`<form method="post" action="/messages/${id}/remember">
      <input type="hidden" name="client" value="${String(client._id)}" />
      <button class="small" name="what" value="${what}">Remember ${what}</button>
      <p class="muted">
        ${upTo}${plural(follow, 'message follows', 'messages follow')},
        ${plural(cases, 'case moves', 'cases move')}.
      </p>
    </form>`;
  } catch (error) {
    if (!(error instanceof TriageError)) throw error;
    return html`<p class="muted">Not ${what}: ${error.message}.</p>`;
  }
}

const ignoring: Part = async (_context, { triage }, message) => {
  const address = senderOf(message)?.address ?? null;
  if (address === null) return html`<p>The message names no sender address.</p>`;
  const domain = companyDomain(address);
  const offers = [
    { always: 'sender', words: address, subject: `address:${address}` },
    ...(domain === null
      ? []
      : [{ always: 'domain', words: `everything from @${domain}`, subject: `domain:${domain}` }]),
  ];
  const counted = await Promise.all(
    offers.map(async (one) => ({ ...one, count: await countSentFrom(triage, one.subject) })),
  );
  return html`<h3>Always ignore</h3>
    ${counted.map(
      ({ always, words, count }) =>
        html`<form method="post" action="/messages/${message._id.toHexString()}/ignore">
          <button class="quiet small" name="always" value="${always}">Ignore ${words}</button>
          <p class="muted">
            ${plural(count, 'waiting message is', 'waiting messages are')} ignored, and all that come.
          </p>
        </form>`,
    )}`;
};
