/** The words of a message: its text, or its HTML in a frame that can do nothing. */
import { html } from 'hono/html';
import type { MessageContent } from '../../../triage/message-content.ts';
import type { Html } from '../layout.ts';
import { peopleOf, personOf, plural, subjectOf, timeOf } from '../words.ts';

export type View = 'text' | 'html' | 'remote';

export function mailBody({
  id,
  content,
  view,
  query,
}: {
  readonly id: string;
  readonly content: MessageContent;
  readonly view: View;
  /** The rest of the page's query, to be kept. */
  readonly query: URLSearchParams;
}): Html {
  const { html: formatted, error, isCut } = content;
  const tab = (name: View, words: string): Html => {
    const kept = new URLSearchParams(query);
    kept.set('view', name);
    return name === view
      ? html`<a href="?${kept.toString()}" aria-current="page">${words}</a>`
      : html`<a href="?${kept.toString()}">${words}</a>`;
  };
  return html`${
    error === null ? '' : html`<p><span class="badge warn">Only its beginning is shown</span> ${error}</p>`
  }
  ${
    formatted === null
      ? ''
      : html`<nav class="tabs" aria-label="Views of the message">
          ${tab('text', 'Text')} ${tab('html', 'As formatted')}
          ${formatted.includes('data-remote-') ? tab('remote', 'With remote pictures') : ''}
        </nav>`
  }
  ${formatted === null || view === 'text' ? text(content) : frame({ id, view, length: formatted.length })}
  ${isCut ? html`<p class="muted">The text is cut; the raw message below has all of it.</p>` : ''}`;
}

/** Long mail gets a taller frame; the reader can drag it. */
const TALL_CHARS = 3_000;

const frame = ({
  id,
  view,
  length,
}: {
  readonly id: string;
  readonly view: View;
  readonly length: number;
}): Html =>
  html`<iframe
    class="${length > TALL_CHARS ? 'mail tall' : 'mail'}"
    title="The message as its sender formatted it"
    sandbox="allow-popups allow-popups-to-escape-sandbox"
    referrerpolicy="no-referrer"
    src="/messages/${id}/frame${view === 'remote' ? '?remote=1' : ''}"
  ></iframe>`;

function text({ reply, quoted, signature, forwards }: MessageContent): Html {
  return html`<pre class="mail">${reply === '' && forwards.length === 0 ? 'There is no text.' : reply}</pre>
    ${signature === null || signature === '' ? '' : html`<pre class="mail muted">${signature}</pre>`}
    ${folded('Quoted text', quoted)} ${forwards.map((hop) => forwarded(hop))}`;
}

const folded = (name: string, content: string | null): Html | string =>
  content === null || content === ''
    ? ''
    : html`<details class="folded">
        <summary>${name}</summary>
        <pre class="mail">${content}</pre>
      </details>`;

function forwarded({
  from,
  subject,
  date,
  to,
  text: words,
  depth,
}: MessageContent['forwards'][number]): Html {
  return html`<div class="step">
    <p class="muted">
      ${depth > 1 ? `Forwarded inside that, hop ${depth}` : 'The message that it forwards'}: from
      <strong>${personOf(from)}</strong> to
      ${peopleOf(to.slice(0, 20))}${date === null ? '' : html`, ${timeOf(date)}`}
    </p>
    <p><strong>${subjectOf(subject ?? '')}</strong></p>
    <pre class="mail">${words}</pre>
  </div>`;
}

/** A bounce or an automatic answer in a sentence; empty for what a person wrote. */
export function automaticSentence(
  automatic: { readonly kind: string } | null,
  bounce: MessageContent['bounce'],
): string {
  if (bounce !== null) {
    const [first, ...others] = bounce.recipients;
    const why = first?.reason?.replaceAll('-', ' ') ?? first?.diagnostic ?? 'without a reason';
    const more = others.length === 0 ? '' : ` and ${plural(others.length, 'other')}`;
    const what = first?.action === 'delayed' ? 'is delayed' : 'was not delivered';
    return `Mail to ${first?.address ?? 'an unknown address'}${more} ${what}: ${why}.`;
  }
  switch (automatic?.kind) {
    case undefined:
      return '';
    case 'out-of-office':
      return 'An automatic answer: the sender is away.';
    case 'auto-reply':
      return 'An automatic answer, which no person wrote.';
    case 'bounce':
      return 'A mail server reports that a message was not delivered.';
    case 'delivery-report':
      return 'A mail server reports that a message was delivered or read.';
    case 'list':
      return 'Mail of a mailing list.';
    case 'bulk':
      return 'Mail sent to many at once.';
    case 'calendar':
      return 'An invitation, or an answer to one, by a calendar.';
    default:
      return `Automatic mail (${automatic?.kind ?? ''}).`;
  }
}
