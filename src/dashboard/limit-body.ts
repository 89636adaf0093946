import { bodyLimit } from 'hono/body-limit';
import { answerProblem, isApi } from './api/problem.ts';

/** Far more than any request of people, programs or Bull Board needs. */
const maxBytes = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: maxBytes,
  onError: (context) => {
    const message = `the body is over ${maxBytes} bytes`;
    return isApi(context)
      ? answerProblem(context, 'too-large', { detail: message })
      : context.text(`${message}\n`, 413);
  },
});
