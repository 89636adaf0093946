import { clientKey } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';
import type { DemoMessage } from './message.ts';

const WIDTHS = [46, 15, 9, 26] as const;

/** The result for each message, for a person. */
export function outcomeTable(
  messages: readonly DemoMessage[],
  outcomes: ReadonlyMap<string, Outcome>,
): string {
  const lines = messages.map(({ id, description, places }) => {
    const outcome = outcomes.get(id);
    if (outcome === undefined) return row([description, places.join(', '), 'missing', '', '']);
    const { message, communications, caseUpdates } = outcome;
    const clients = communications.map(({ clientId }) => clientKey(clientId)).join(', ');
    const why = message.verdict?.clients[0]?.via ?? message.verdict?.reason ?? message.verdict?.kind ?? '';
    const cases = caseUpdates.map(
      ({ ref, status, review }) => `case ${ref ?? ''} ${status}${review ? ` (held: ${review})` : ''}`,
    );
    const facts = [
      message.automatic?.kind ?? '',
      message.attachments.length > 0 ? `${message.attachments.length} files` : '',
      ...cases,
    ];
    return row([
      description,
      places.join(', '),
      message.state,
      `${clients}${clients === '' ? '' : ' '}by ${why}`,
      facts.filter((fact) => fact !== '').join(', '),
    ]);
  });
  return [row(['message', 'delivered to', 'state', 'client, and why', 'besides']), ...lines].join('\n');
}

function row(cells: readonly [string, string, string, string, string]): string {
  return cells.map((cell, index) => fit(cell, WIDTHS[index] ?? 0)).join('  ');
}

function fit(cell: string, width: number): string {
  if (width === 0) return cell;
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}
