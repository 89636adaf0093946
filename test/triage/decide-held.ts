/** A process that decides all held case updates while another one decides them differently. */
import { withTriageContext } from '../../src/commands/triage-context.ts';
import { confirmUpdates, rejectUpdates } from '../../src/triage/held.ts';
import { TriageError } from '../../src/triage/triage-error.ts';

const [by = '', shift = '0'] = process.argv.slice(2);

await withTriageContext(async (context) => {
  const messages = await context.database.messages.find().sort({ subject: 1 }).toArray();
  const own = by === 'ines' ? messages : messages.toReversed();
  const outcome = { made: 0, late: 0 };
  for (const message of own) {
    const asked = { message, clientId: null, ref: null, by };
    const way = (Number(/#(\d+)/u.exec(message.subject)?.[1]) + Number(shift)) % 3;
    try {
      if (way === 2) await rejectUpdates(context, { ...asked, reason: 'not theirs' });
      else await confirmUpdates(context, { ...asked, status: way === 0 ? null : 'On Hold' });
      outcome.made += 1;
    } catch (error) {
      if (!(error instanceof TriageError) || error.code !== 'already-decided') throw error;
      outcome.late += 1;
    }
  }
  console.log(JSON.stringify(outcome));
});
