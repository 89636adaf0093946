import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { TriageDetail } from '../../../triage/waiting.ts';
import type { Html } from '../layout.ts';
import { peopleOf, sizeOf, timeOf } from '../words.ts';

/** For whoever wants to know more: every rule's evidence, where the message was seen, how it is identified. */
export function technical(message: MessageDocument, detail: TriageDetail): Html {
  return html`${secondReading(detail)}
    <details class="folded">
      <summary>Evidence: what each rule found</summary>
      <div class="table">
        <table>
          <tbody>
            ${detail.evidence.map(
              ({ rule, outcome, detail: words }) =>
                html`<tr>
                  <th scope="row">${rule}</th>
                  <td>${outcome}</td>
                  <td>${words}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    <details class="folded">
      <summary>Technical details</summary>
      <dl class="facts">
        ${facts(message).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
        <dt>Raw message</dt>
        <dd>
          <a href="/files/${message.rawKey}?name=message.eml">download</a>
          <small>${sizeOf(message.size)}</small>
        </dd>
      </dl>
      ${detail.sightings.map(
        ({ mailbox, folder, uid, state }) =>
          html`<p class="muted">Seen in ${mailbox}, ${folder}, UID ${uid}: ${state}</p>`,
      )}
    </details>`;
}

function facts(message: MessageDocument): [string, Html | string][] {
  const {
    state,
    verdict,
    messageId,
    fingerprint,
    warnings,
    flags,
    automatic,
    error,
    receivedAt,
    ruleVersion,
  } = message;
  const reason = verdict?.reason ?? null;
  return [
    ['State', state],
    [
      'Verdict',
      verdict === null
        ? '–'
        : `${verdict.kind}, ${verdict.direction}${reason === null ? '' : ` (${reason})`}, rules ${ruleVersion}`,
    ],
    ['Received', timeOf(receivedAt)],
    ['Message-ID', messageId ?? '–'],
    ['Identity', fingerprint],
    ['Automatic', automatic === null ? '–' : `${automatic.kind} (${automatic.sign})`],
    ['Flags', flags.join(', ') || '–'],
    ['Warnings', warnings.slice(0, 50).join('; ') || '–'],
    ['Error', error ?? '–'],
  ];
}

/** Of a quarantined message: what an independent parser can read of it. */
function secondReading({ secondReading: read }: TriageDetail): Html | string {
  if (read === null) return '';
  return html`<article>
    <header><h2>As a second parser reads it</h2></header>
    <p class="muted">docketmail could not read this message; nothing was decided by what stands here.</p>
    <dl class="facts">
      <dt>From</dt>
      <dd>${peopleOf(read.from)}</dd>
      <dt>To</dt>
      <dd>${peopleOf([...read.to, ...read.cc].slice(0, 50))}</dd>
      <dt>Subject</dt>
      <dd>${read.subject}</dd>
      <dt>Date</dt>
      <dd>${read.date === null ? '–' : timeOf(read.date)}</dd>
      <dt>Files</dt>
      <dd>${read.files.join(', ') || '–'}</dd>
    </dl>
    <pre class="mail">${read.text}</pre>
  </article>`;
}
