import { html } from 'hono/html';
import type { Participant } from '../../../decide/message-facts.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import { attachmentKey } from '../../../store/blobs/blobs.ts';
import type { MessageContent } from '../../../triage/message-content.ts';
import type { Html } from '../layout.ts';
import { peopleOf, plural, sizeOf, timeOf } from '../words.ts';
import { automaticSentence } from './mail-body.ts';
import { filesIn, isImage, isShown } from './message-files.ts';
import { senderProof } from './sender-proof.ts';

/** Recipients that are named; a circular has thousands. */
const MAX_NAMED = 20;

/** Who wrote it to whom and when, what kind of mail it is, and its files. */
export function mailHead(message: MessageDocument, content: MessageContent): Html {
  const { participants, date, mailboxes, automatic, forwarded, authentication } = message;
  const inRole = (...roles: Participant['role'][]): Participant[] =>
    participants.filter(({ role }) => roles.includes(role));
  const kind = automaticSentence(automatic, content.bounce);
  return html`<dl class="facts">
      <dt>From</dt>
      <dd>${peopleOf(inRole('from'))} ${authentication === null ? '' : senderProof(authentication)}</dd>
      ${people('Sender', inRole('sender'))} ${people('Reply to', inRole('reply-to'))}
      ${people('To', inRole('to', 'delivered-to'))} ${people('Copy', inRole('cc'))}
      ${people('Blind copy', inRole('bcc'))}
      ${forwarded === null ? '' : people('Forwards', inRole('forwarded-from'))}
      <dt>Date</dt>
      <dd>${timeOf(date)} <small>in ${mailboxes.join(', ') || 'no mailbox'}</small></dd>
    </dl>
    ${kind === '' ? '' : html`<p><span class="badge note">automatic</span> ${kind}</p>`} ${files(message)}`;
}

function people(name: string, found: readonly Participant[]): Html | string {
  if (found.length === 0) return '';
  const more = found.length - MAX_NAMED;
  return html`<dt>${name}</dt>
    <dd>${peopleOf(found.slice(0, MAX_NAMED))}${more > 0 ? ` and ${plural(more, 'other')}` : ''}</dd>`;
}

function files(message: MessageDocument): Html | string {
  const id = message._id.toHexString();
  // What the text shows is shown there.
  const listed = filesIn(message).filter(({ inline }) => !inline);
  if (listed.length === 0) return '';
  return html`<ul class="files" aria-label="Files">
    ${listed.map((file) => {
      const { filename, sha256, size, detectedType, contentType } = file;
      const name = filename ?? 'a file without a name';
      const download = `/files/${attachmentKey(sha256)}?name=${encodeURIComponent(filename ?? 'file')}`;
      return html`<li>
        ${
          isImage(file)
            ? html`<a href="/messages/${id}/files/${sha256}" target="_blank"
                ><img src="/messages/${id}/files/${sha256}" alt="Preview of ${name}" loading="lazy"
              /></a>`
            : ''
        }
        <a href="${download}">${name}</a>
        <small>${sizeOf(size)}, ${detectedType ?? contentType}</small>
        ${
          isShown(file) && !isImage(file)
            ? html`<a href="/messages/${id}/files/${sha256}" target="_blank">view</a>`
            : ''
        }
      </li>`;
    })}
  </ul>`;
}
