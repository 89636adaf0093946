const feed = 0x0a;
const dash = 0x2d;
const feedAndDash = Buffer.from('\n-');

/** The start of the next line that begins with a dash, -1 if there is none. Native search: this is the hot loop. */
export function nextDashLine(data: Buffer, from: number): number {
  const at = data.indexOf(feedAndDash, from);
  return at < 0 ? -1 : at + 1;
}

/** Finds where a header may end that is no longer looked at: the next line that is blank or begins with a dash. */
export function createHeaderSkip(data: Buffer): (start: number) => number {
  /** Searched once, not at every line that begins with a dash. */
  let blank = -1;
  const nextBlank = (start: number): number => {
    if (blank >= start) return blank;
    const ends = [data.indexOf('\n\n', start), data.indexOf('\n\r\n', start)].filter((at) => at >= 0);
    // Whether a blank line follows the last line is not known yet.
    blank = ends.length === 0 ? data.lastIndexOf(feed) + 1 : Math.min(...ends) + 1;
    return blank;
  };
  return (start) => {
    if (data[start] === dash || data[start] === feed || data[start] === 0x0d) return start;
    const dashes = nextDashLine(data, start);
    const end = nextBlank(start);
    return dashes < 0 ? end : Math.min(dashes, end);
  };
}
