/** The figures of `npm run bench` as a picture: what a message costs, step by step. */
import type { BenchRow } from './bench-report.ts';

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly kind: 'own' | 'peer' | 'step';
}

const WIDTH = 760;
const LEFT = 250;
const ROW = 24;
const TOP = 58;
const COLOURS: Readonly<Record<Bar['kind'], string>> = { own: '#1f5fa8', peer: '#8a8a8a', step: '#7fb0e0' };

/** Null if there is nothing to show. */
export function chartOf(rows: readonly BenchRow[]): string | null {
  const bars = barsOf(rows);
  if (bars.length === 0) return null;
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 16;
  const drawn = bars.map((bar, at) => drawBar(bar, { y: TOP + at * ROW, most }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="16" y="26" font-size="16" font-weight="bold">Where a message's time goes</text>
<text x="16" y="44" fill="#555">ms of CPU per message; mixed mail; made by npm run bench</text>
${drawn.join('\n')}
</svg>
`;
}

function barsOf(rows: readonly BenchRow[]): Bar[] {
  return rows.flatMap((row): Bar[] => {
    const { bench, what, value, unit, beside } = row;
    if (unit !== 'ms') return [];
    if (bench === 'import, CPU') return [{ label: `import: ${what}`, value, kind: 'own' }];
    if (bench === 'reading, step') return [{ label: `of it: ${what}`, value, kind: 'step' }];
    const isWhole =
      (bench === 'import' && what === 'CPU per message') || (bench === 'reading' && what === 'mixed mail');
    if (!isWhole || beside === undefined) return [];
    const own: Bar[] = bench === 'reading' ? [{ label: 'reading alone, warm', value, kind: 'own' }] : [];
    return [{ label: `${bench}: ${beside.what}`, value: beside.value, kind: 'peer' }, ...own];
  });
}

function drawBar({ label, value, kind }: Bar, { y, most }: { readonly y: number; readonly most: number }) {
  const length = Math.max(1, Math.round((value / most) * (WIDTH - LEFT - 80)));
  return `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${escapeXml(label)}</text><rect x="${LEFT}" y="${y + 3}" width="${length}" height="${ROW - 8}" fill="${COLOURS[kind]}"/><text x="${LEFT + length + 6}" y="${y + 15}" fill="#333">${value.toFixed(2)}</text>`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
