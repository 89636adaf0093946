/** How times, people, sizes and numbers read on a page. */
import { html } from 'hono/html';
import type { Html } from './layout.ts';

/** In UTC; a script of ours shows it in words of the reader's zone, and this on hover. */
export function timeOf(given: Date | string | null): Html | string {
  if (given === null) return '–';
  const date = typeof given === 'string' ? new Date(given) : given;
  if (Number.isNaN(date.getTime())) return '–';
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

interface Named {
  readonly name: string;
  readonly address: string | null;
}

/** The address always stands beside the name: a sender chooses any name. */
export function personOf(person: Named | null | undefined): string {
  if (person === null || person === undefined) return 'no sender';
  const { name, address } = person;
  if (address === null) return name === '' ? 'no address' : `${name} (no address)`;
  return name === '' || name === address ? address : `${name} <${address}>`;
}

export const peopleOf = (people: readonly Named[]): string => people.map(personOf).join(', ') || '–';

export const subjectOf = (subject: string): string => subject.trim() || '(no subject)';

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const units = ['bytes', 'KB', 'MB', 'GB'] as const;

export function sizeOf(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const amount = bytes / 1000 ** power;
  return `${amount >= 10 || power === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}

/** What is said where a list is empty: that, and what to do next. */
export function empty(says: string, next: Html | string = ''): Html {
  return html`<div class="empty"><strong>${says}</strong> ${next}</div>`;
}
