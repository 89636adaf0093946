import { bodyLimit } from 'hono/body-limit';

/** Far more than any request of people, programs or Bull Board needs. */
const maxBytes = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: maxBytes,
  onError: (context) => {
    const message = `the body is over ${maxBytes} bytes`;
    return context.req.path.startsWith('/api/')
      ? context.json({ error: { code: 'too-large', message } }, 413)
      : context.text(`${message}\n`, 413);
  },
});
