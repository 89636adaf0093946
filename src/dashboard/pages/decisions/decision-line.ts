import { html } from 'hono/html';
import type { DecisionRow } from '../../../triage/waiting.ts';
import type { Html } from '../layout.ts';
import { timeOf } from '../words.ts';

/** A decision as a sentence, with a button that undoes it. `about`: what it concerns, where that does not stand beside it. */
export function decisionLine(
  decision: DecisionRow,
  {
    names,
    back,
    about,
  }: {
    readonly names: ReadonlyMap<string, string>;
    readonly back: string;
    readonly about: Html | string | null;
  },
): Html {
  const { id, by, at, undoneAt, undoneBy, reason } = decision;
  return html`<div class="actions">
    <span>
      <strong>${by}</strong> ${what(decision, names)}${about === null ? '' : html`: ${about}`}
      ${reason === null ? '' : html`<em>“${reason}”</em>`} <small>${timeOf(at)}</small>
      ${undoneAt === null ? '' : html`<span class="badge">undone by ${undoneBy ?? 'somebody'}</span> ${timeOf(undoneAt)}`}
    </span>
    ${
      undoneAt === null
        ? html`<form method="post" action="/decisions/undo">
            <input type="hidden" name="id" value="${id}" />
            <input type="hidden" name="back" value="${back}" />
            <button class="quiet small" data-key="u">Undo</button>
          </form>`
        : ''
    }
  </div>`;
}

function what(
  { act, clients, caseUpdate, subject }: DecisionRow,
  names: ReadonlyMap<string, string>,
): string {
  const whom = clients.map((id) => names.get(id) ?? 'a client').join(', ');
  const isOfMessage = subject.startsWith('message:');
  const update = `the update of case ${caseUpdate?.ref ?? ''}`;
  const status = caseUpdate?.status ?? null;
  const said: Readonly<Record<DecisionRow['act'], string>> = {
    link: isOfMessage ? `assigned it to ${whom}` : `assigned to ${whom}, now and in future`,
    unlink: `took it off the record of ${whom}`,
    ignore: isOfMessage ? 'ignored it' : 'ignores, now and in future',
    confirm: `confirmed ${update}${status === null ? '' : ` as ${status}`}`,
    reject: `rejected ${update}`,
  };
  return said[act];
}
