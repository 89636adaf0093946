import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { Html } from '../layout.ts';

/** Whether the sender is proven, and by what. */
export function senderProof(authentication: MessageDocument['authentication']): Html {
  if (authentication === null) return html`<span class="badge">not checked</span>`;
  const { spf, dkim, dmarc, alignedPass, doubt } = authentication;
  const results = [
    ['SPF', spf],
    ['DKIM', dkim],
    ['DMARC', dmarc],
  ].flatMap(([name, result]) => (result === null ? [] : [`${name ?? ''} ${result ?? ''}`]));
  return html`${
      alignedPass
        ? html`<span class="badge good">the sender is proven</span>`
        : html`<span class="badge bad">not proven</span>`
    } <small>${results.join(', ') || 'no results'}${doubt === undefined ? '' : `; ${doubt}`}</small>`;
}
