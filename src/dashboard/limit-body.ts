import { bodyLimit } from 'hono/body-limit';

/** Far more than any request of people, programs or Bull Board needs. */
const maxBytes = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: maxBytes,
  onError: (context) => context.text(`The request is larger than ${maxBytes} bytes.\n`, 413),
});
