/** A line that counts, on a terminal only. */
export interface Progress {
  show(done: number): void;
  end(): void;
}

const REDRAW_MS = 100;
const BAR_WIDTH = 30;

export function createProgress(what: string, total: number | null = null): Progress {
  const isTerminal = process.stderr.isTTY;
  let drawn = 0;
  const draw = (done: number): void => {
    const filled = total === null || total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
    const bar = total === null ? '' : `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
    process.stderr.write(`\r\u001B[K${bar}${done}${total === null ? '' : `/${total}`} ${what}`);
  };
  return {
    show: (done) => {
      const now = Date.now();
      if (!isTerminal || (now - drawn < REDRAW_MS && done !== total)) return;
      drawn = now;
      draw(done);
    },
    end: () => {
      if (isTerminal && drawn > 0) process.stderr.write('\r\u001B[K');
    },
  };
}
