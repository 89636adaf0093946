import ICAL from 'ical.js';
import { normaliseAddress } from '../addresses/addresses.ts';
import { calendarText } from './calendar-text.ts';
import { cleanText } from '../charset/charset.ts';
import type { Address, CalendarFacts } from '../parsed-message.ts';
import type { Part } from '../structure/part.ts';

/** An invitation is a few KB; megabytes are a whole calendar, or an attack on its parser, which is slow on thousands of parameters. */
const maxCalendarChars = 262_144;

function readStart(event: ICAL.Component): string | null {
  const start: unknown = event.getFirstPropertyValue('dtstart');
  if (!(start instanceof ICAL.Time)) return null;
  if (start.isDate) return start.toString();
  if (start.zone === ICAL.Timezone.localTimezone) return start.toString();
  const instant = new Date(start.toUnixTime() * 1_000);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}

function readOrganiser(event: ICAL.Component): Address | null {
  const organiser = event.getFirstProperty('organizer');
  const value: unknown = organiser?.getFirstValue();
  if (organiser === null || typeof value !== 'string') return null;
  const name: unknown = organiser.getParameter('cn');
  return {
    address: normaliseAddress(value),
    name: typeof name === 'string' ? cleanText(name).slice(0, 1_000) : '',
  };
}

/** Components are at most three deep; limits the search for the one that ends. */
const maxOpen = 50;

/** Repairs a calendar: drops lines that are not a property, adds missing ends (RFC 5545 §3.1, §3.4). */
function repairCalendar(text: string): string {
  const output: string[] = [];
  const open: string[] = [];
  let kept = false;
  for (const line of text.split(/\r?\n/u)) {
    if (/^[ \t]/u.test(line)) {
      if (kept) output.push(line);
      continue;
    }
    kept = /^[a-z0-9-]{1,60}[;:]/iu.test(line);
    if (!kept) continue;
    const [, edge = '', name = ''] = /^(begin|end):([a-z0-9-]{1,60})\s*$/iu.exec(line.slice(0, 100)) ?? [];
    kept = edge === '' || open.length < maxOpen || edge.toLowerCase() === 'end';
    if (!kept) continue;
    if (edge.toLowerCase() === 'begin') open.push(name.toUpperCase());
    if (edge.toLowerCase() === 'end') {
      const at = open.lastIndexOf(name.toUpperCase());
      if (at < 0) continue;
      for (const inner of open.splice(at).slice(1).toReversed()) output.push(`END:${inner}`);
    }
    output.push(line);
  }
  return [...output, ...open.toReversed().map((name) => `END:${name}`)].join('\r\n');
}

/**
 * The facts of an iTIP object (RFC 5545, RFC 5546): `start` is ISO 8601 in UTC if the zone is known, without zone if the event
 * floats, a bare date for an all-day event. Null if the text is not a calendar, or over 256 Ki characters. Never throws.
 */
export function readCalendar(text: string): CalendarFacts | null {
  return readWhole(text)?.facts ?? null;
}

/** The facts of a calendar, and what a person reads of it. */
export interface Invitation {
  readonly facts: CalendarFacts;
  readonly text: string;
}

function readWhole(text: string): Invitation | null {
  if (text.length > maxCalendarChars || !/begin:vcalendar/iu.test(text)) return null;
  return readObject(text.trim()) ?? readObject(repairCalendar(text));
}

function readObject(text: string): Invitation | null {
  try {
    const parsed: unknown = ICAL.parse(text);
    if (!Array.isArray(parsed)) return null;
    const values: unknown[] = parsed;
    const first = values[0];
    const calendar = new ICAL.Component(Array.isArray(first) ? first : values);
    const method: unknown = calendar.getFirstPropertyValue('method');
    const event = calendar.getFirstSubcomponent('vevent') ?? calendar.getFirstSubcomponent('vtodo');
    const summary: unknown = event?.getFirstPropertyValue('summary');
    const facts: CalendarFacts = {
      method: typeof method === 'string' ? method.toUpperCase() : null,
      start: event === null ? null : readStart(event),
      organiser: event === null ? null : readOrganiser(event),
      summary: typeof summary === 'string' ? cleanText(summary) : null,
    };
    return { facts, text: calendarText(calendar) };
  } catch {
    // A broken calendar is shown as the attachment it also is.
    return null;
  }
}

/** RFC 6047 §2.4 puts the method in the header too, where it is readable even if the object is not. */
export function readInvitation(text: string, part: Pick<Part, 'parameters'>): Invitation | null {
  const method = part.parameters.get('method')?.toUpperCase() ?? null;
  const read = readWhole(text);
  if (read !== null) return { ...read, facts: { ...read.facts, method: read.facts.method ?? method } };
  return method === null
    ? null
    : { facts: { method, start: null, organiser: null, summary: null }, text: '' };
}
