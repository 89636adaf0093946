import { endOfRunOnAttribution, findAttribution, findInnerAttribution } from './attribution.ts';
import { hasText, nextFilled, type QuoteLine } from './quote-line.ts';
import { isForwardLine } from './separator.ts';

/** Splits lines in which an attribution has lost its line break. */
export function withInnerAttributions(lines: readonly QuoteLine[]): QuoteLine[] {
  return lines.flatMap((line, index) => {
    if (line.quoted || line.region !== 'own') return [line];
    const end = endOfRunOnAttribution(line.text);
    if (end > 0)
      return [
        { ...line, text: line.text.slice(0, end) },
        { ...line, text: line.text.slice(end) },
      ];
    const at = findInnerAttribution(line.text);
    if (at < 0) return [line];
    const next = lines[nextFilled(lines, index + 1)];
    if (next?.quoted !== true) return [line];
    const before = line.text.slice(0, at).replace(/[\s-]{1,40}$/u, '');
    return [
      { ...line, text: before },
      { ...line, text: line.text.slice(at) },
    ];
  });
}

/** A container of quoted text with separate blockquotes in it: what is between and below them is the sender's. */
export function openUp(lines: readonly QuoteLine[]): QuoteLine[] {
  const opened: QuoteLine[] = [];
  for (let from = 0; from < lines.length;) {
    const line = lines[from];
    if (line === undefined) break;
    if (line.region !== 'quote' && line.region !== 'attribution') {
      opened.push(line);
      from += 1;
      continue;
    }
    let to = from;
    while (to < lines.length && (lines[to]?.region === 'quote' || lines[to]?.region === 'attribution'))
      to += 1;
    const run = lines.slice(from, to);
    if (isForwardLine(run.find((one) => hasText(one))?.text ?? '')) {
      for (const one of run) opened.push({ ...one, region: 'own' });
      from = to;
      continue;
    }
    if (run.every((one) => one.region === 'attribution')) {
      for (const one of run) opened.push(one);
      from = to;
      continue;
    }
    const first = run.findIndex((one) => one.quoted);
    const intro = first < 0 ? 0 : run.slice(0, first).filter((one) => hasText(one)).length;
    const texts = run.map((one) => one.text);
    const start = run.findIndex((one) => hasText(one));
    const attributed =
      first >= 0 &&
      (intro === 0 ||
        run.slice(0, first).every((one) => one.region === 'attribution' || !hasText(one)) ||
        (intro <= 6 && (findAttribution(texts, start)?.last ?? -1) >= first - 3));
    for (const [index, one] of run.entries()) {
      if (!attributed || one.quoted) opened.push({ ...one, region: 'quote', quoted: true });
      else if (index < first) opened.push({ ...one, region: 'attribution' });
      else opened.push({ ...one, region: 'own' });
    }
    from = to;
  }
  return opened;
}
