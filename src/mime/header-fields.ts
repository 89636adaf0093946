import type { Header } from './parsed-message.ts';

interface WithHeaders {
  readonly headers: readonly Header[];
}

/** The value of the first field with this name (lower case), null if there is none. An empty field is "". */
export function fieldOf(message: WithHeaders, name: string): string | null {
  return message.headers.find((header) => header.name === name)?.value.trim() ?? null;
}

/** Return-Path is there but empty: the sender wants no answer and no bounce (RFC 5321 §4.5.5). */
export function hasNullReturnPath(message: WithHeaders): boolean {
  const field = message.headers.find((header) => header.name === 'return-path');
  if (!field) return false;
  const path = field.raw.trim();
  return path === '' || path === '<>' || path === '< >';
}

/** RFC 3834 §5: the keyword of Auto-Submitted without comments and parameters, lower case; null if absent. */
export function autoSubmitted(message: WithHeaders): string | null {
  const value = fieldOf(message, 'auto-submitted');
  if (value === null) return null;
  return value
    .split(/[\s;(]/, 1)
    .join('')
    .toLowerCase();
}

/** RFC 3834 §5: anything but "no" is automatic; an unknown keyword still means that no person pressed "send". */
export function isAutoSubmitted(message: WithHeaders): boolean {
  const keyword = autoSubmitted(message);
  return keyword !== null && keyword !== '' && keyword !== 'no';
}

/** RFC 6522 §3: a report, whether or not its parameter says which kind. */
export function isMultipartReport(message: WithHeaders): boolean {
  return /^\s{0,9}multipart\/report\b/iu.test(fieldOf(message, 'content-type') ?? '');
}
