import ICAL from 'ical.js';
import { cleanText } from '../charset/charset.ts';

/** An invitation is one event, plus exceptions to its rule; a whole calendar is not text for a person. */
const maxEvents = 20;
const maxTextChars = 65_536;

function textOf(event: ICAL.Component, name: string): string {
  const value: unknown = event.getFirstPropertyValue(name);
  return typeof value === 'string' ? cleanText(value).replaceAll(/\r\n?/gu, '\n').trim() : '';
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
const dayOf = ({ year, month, day }: ICAL.Time): string => `${year}-${twoDigits(month)}-${twoDigits(day)}`;
const clockOf = ({ hour, minute }: ICAL.Time): string => `${twoDigits(hour)}:${twoDigits(minute)}`;

function timeOf(event: ICAL.Component, name: string): ICAL.Time | null {
  const value: unknown = event.getFirstPropertyValue(name);
  return value instanceof ICAL.Time ? value : null;
}

function endOf(event: ICAL.Component, start: ICAL.Time): ICAL.Time | null {
  const stated = timeOf(event, 'dtend') ?? timeOf(event, 'due');
  if (stated !== null) {
    const end = stated.clone();
    // RFC 5545 §3.6.1: an all-day event ends on the first free day.
    if (end.isDate) end.adjust(-1, 0, 0, 0);
    return end;
  }
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (!(duration instanceof ICAL.Duration) || start.isDate) return null;
  const end = start.clone();
  end.addDuration(duration);
  return end;
}

/** The zone as the calendar names it: the name on the writer's clock. */
function zoneOf(event: ICAL.Component, start: ICAL.Time): string {
  const named: unknown = event.getFirstProperty('dtstart')?.getParameter('tzid');
  if (typeof named === 'string' && named !== '') return ` (${cleanText(named).slice(0, 100)})`;
  return start.zone === ICAL.Timezone.utcTimezone ? ' (UTC)' : '';
}

/** "2026-03-10 10:00–11:00 (Europe/London)", in the event's own time; "" if it has no start. */
function whenOf(event: ICAL.Component): string {
  const start = timeOf(event, 'dtstart');
  if (start === null) return '';
  const end = endOf(event, start);
  const sameDay = end === null || dayOf(end) === dayOf(start);
  if (start.isDate) return sameDay ? dayOf(start) : `${dayOf(start)} – ${dayOf(end)}`;
  const from = `${dayOf(start)} ${clockOf(start)}`;
  const to = end === null ? '' : sameDay ? `–${clockOf(end)}` : ` – ${dayOf(end)} ${clockOf(end)}`;
  return from + to + zoneOf(event, start);
}

/**
 * What a person reads of a calendar: summary, time, place and description of its events, without labels, which would be in one
 * language.
 */
export function calendarText(calendar: ICAL.Component): string {
  const blocks = new Set<string>();
  for (const kind of ['vevent', 'vtodo']) {
    for (const event of calendar.getAllSubcomponents(kind).slice(0, maxEvents)) {
      const head = [textOf(event, 'summary'), whenOf(event), textOf(event, 'location')];
      const lines = [head.filter((line) => line !== '').join('\n'), textOf(event, 'description')];
      blocks.add(lines.filter((part) => part !== '').join('\n\n'));
    }
  }
  return [...blocks].join('\n\n').trim().slice(0, maxTextChars);
}
