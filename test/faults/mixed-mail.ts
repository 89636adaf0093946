/** Office mail by size: half of it under 10 KB, with a mean of some 160 KB, because some of it has large files. */
import { createHash } from 'node:crypto';

const MEDIAN_BYTES = 10_000;
/** Of the logarithm: a log-normal distribution has the mean median × e^(spread² / 2). */
const SPREAD = 2.35;
const MAX_BYTES = 25_000_000;
/** A message has this many bytes of text; the rest are files. */
const MAX_TEXT_BYTES = 20_000;

/** The same at every call. Messages from a client to the firm, with HTML and, if larger, a file. */
export function mixedMail(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => message(n, sizeAt((n + 0.5) / count)));
}

/** Quantiles, so that no sample is luckier than another. */
function sizeAt(quantile: number): number {
  return Math.min(MAX_BYTES, Math.round(MEDIAN_BYTES * Math.exp(SPREAD * normalAt(quantile))));
}

/** The inverse of the normal distribution by bisection of its logistic approximation (Bowling and others, 2009). */
function normalAt(quantile: number): number {
  const target = Math.log(quantile / (1 - quantile));
  let [low, high] = [-6, 6];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (0.070_56 * middle ** 3 + 1.5976 * middle < target) low = middle;
    else high = middle;
  }
  return low;
}

function message(n: number, size: number): Buffer {
  const paragraph = `Paragraph of message ${n}: the delivery came on Tuesday, two boxes were open, and the invoice names three.`;
  const textBytes = Math.min(size / 3, MAX_TEXT_BYTES);
  const paragraphs = Array.from(
    { length: Math.max(1, Math.round(textBytes / paragraph.length)) },
    (_, at) => `${paragraph} (${at})`,
  );
  const text = paragraphs.join('\r\n\r\n');
  const html = `<html><body>${paragraphs.map((one) => `<p style="margin:0">${one}</p>`).join('\r\n')}</body></html>`;
  const rest = size - text.length - html.length;
  const file =
    rest < 3_000
      ? ''
      : `--outer\r\nContent-Type: application/pdf; name="scan-${n}.pdf"\r\nContent-Disposition: attachment; filename="scan-${n}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(n, rest)}\r\n`;
  return Buffer.from(
    `From: Rosa de la Cruz <rosa@delacruz.example>\r\nTo: Ines Larkin <ines.larkin@larkin-voss.example>\r\nSubject: Delivery ${n}\r\nDate: ${new Date(Date.UTC(2026, 2, 3) + n * 60_000).toUTCString().replace('GMT', '+0000')}\r\nMessage-ID: <mixed.${n}@delacruz.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--inner--\r\n${file}--outer--\r\n`,
  );
}

/** Bytes that do not compress, in lines of 76. `encoded` is their length as text. */
function base64(n: number, encoded: number): string {
  const block = createHash('sha512').update(`scan ${n}`).digest('base64').slice(0, 76);
  const rows = Array.from({ length: Math.ceil(encoded / 78) }, (_, at) => {
    const shift = at % 76;
    return block.slice(shift) + block.slice(0, shift);
  });
  return rows.join('\r\n');
}
