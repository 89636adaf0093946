import { pino } from 'pino';
import type { Logger } from 'pino';
import { withoutCredentials } from './errors.ts';

export type Log = Logger;

/** JSON lines on standard error. Never a body, a subject or a credential; addresses at debug only. */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: withoutCredentials },
    },
    pino.destination(2),
  );
}
