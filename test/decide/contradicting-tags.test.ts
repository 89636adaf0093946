import { describe, expect, it } from 'vitest';
import { decide } from './office.ts';

const john = 'John <john@x.test>';

async function updatesOf(subject: string): Promise<readonly string[]> {
  const { caseUpdates } = await decide({ from: john, subject, body: 'It is done.' });
  return caseUpdates.map(({ ref, status, review }) => `${ref ?? '-'} ${status} ${review ?? 'takes effect'}`);
}

describe('several tags of one subject', () => {
  it.each([
    ['[Case #41: Open] [Case 41: Closed] Wall'],
    ['[Case #41: Closed] Wall [Case #41: Open]'],
    ['[Case #ab-41: Open] [CASE #AB-41: Closed] Wall'],
    ['[Case: Open] [Case Update: Closed] Wall'],
    ['[Case #41: Open] [Case #41: Simmering] Wall'],
  ])('that contradict each other about one case make one held update: %s', async (subject) => {
    const updates = await updatesOf(subject);
    expect(updates).toHaveLength(1);
    expect(updates[0]).toMatch(/ Open unknown-status$/u);
  });

  it.each([
    ['[Case #41: Closed] [Case #41: Closed] Wall', ['41 Closed takes effect']],
    ['[Case #41: geschlossen] [Case 41: Closed] Wall', ['41 Closed takes effect']],
    ['[Case #41] [Case #41: Closed] Wall', ['41 Closed takes effect']],
    ['[Case #41: Closed] [Case #41] Wall', ['41 Closed takes effect']],
    ['[Case #41: Closed] [Case #42: Open] Wall', ['41 Closed takes effect', '42 Open takes effect']],
  ])('that agree or name different cases take effect: %s', async (subject, expected) => {
    expect(await updatesOf(subject)).toEqual(expected);
  });
});
