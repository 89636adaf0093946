import { pino } from 'pino';
import type { Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { withoutCredentials } from './errors.ts';

export type Log = Logger;

/** `auto`: for people on a terminal, JSON otherwise. */
export type LogFormat = 'auto' | 'pretty' | 'json';

const STANDARD_ERROR = 2;

/**
 * Lines on standard error: JSON, or one for people with the time of day. Never a body, a subject or a credential; addresses at debug
 * only.
 */
export function createLog(level: string, format: LogFormat = 'auto'): Log {
  const isTerminal = process.stderr.isTTY;
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: withoutCredentials },
    },
    isPretty
      ? PinoPretty({
          destination: STANDARD_ERROR,
          // The last lines before an exit must be seen.
          sync: true,
          colorize: isTerminal && process.env['NO_COLOR'] === undefined,
          translateTime: 'SYS:HH:MM:ss',
          ignore: 'pid',
          singleLine: true,
        })
      : pino.destination(STANDARD_ERROR),
  );
}
