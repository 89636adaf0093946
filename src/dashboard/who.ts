import type { Context } from 'hono';

/** The person or program that a request comes from, by what it signed in with; null if it did not say. */
export function whoActs(context: Context): string | null {
  const [scheme = '', value = ''] = (context.req.header('authorization') ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') return null;
  const [user = ''] = Buffer.from(value, 'base64').toString('utf8').split(':', 1);
  return user === '' ? null : user.slice(0, 200);
}
