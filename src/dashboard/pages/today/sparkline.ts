import { html } from 'hono/html';
import type { Html } from '../layout.ts';

const WIDTH = 120;
const HEIGHT = 30;

/** The hours of a day as a line. Attributes of SVG only, no style, so that the content security policy allows none. */
export function sparkline(values: readonly number[], name: string): Html {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) => `${(at * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 4)).toFixed(1)}`,
  );
  const total = values.reduce((sum, value) => sum + value, 0);
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${name} by the hour: ${total} in 24 hours, at most ${Math.max(0, ...values)} in one"
  >
    <polygon class="spark-area" points="0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}" />
    <polyline class="spark-line" points="${points.join(' ')}" />
  </svg>`;
}
