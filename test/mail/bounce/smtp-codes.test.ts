import { describe, expect, test } from 'vitest';
import { readDeliveryStatus } from '../../../src/mail/bounce/delivery-status.ts';
import { chooseStatus, readCodes } from '../../../src/mail/bounce/smtp-codes.ts';

test.each([
  ['550 5.1.1 unknown', '550', '5.1.1'],
  ['550-5.1.1 first line 550 5.1.1 last line', '550', '5.1.1'],
  ['#550 5.1.10 RESOLVER.ADR', '550', '5.1.10'],
  ['550 #5.1.0 rejected', '550', '5.1.0'],
  ["550-'5.4.1 denied'", '550', '5.4.1'],
  ['550 550 5.2.2 full', '550', '5.2.2'],
  ['511 sorry (#5.1.1 - no user)', '511', '5.1.1'],
  ['host mx.test[192.0.2.1] said: 452 4.2.2 full', '452', '4.2.2'],
  ['250 2.1.5 Ok 451 4.3.0 write error', '451', '4.3.0'],
  ['550 5.0.0 then 550 5.7.1 blocked', '550', '5.7.1'],
  ['said: 554 no', '554', null],
  ['(reason: 550 unknown user)', '550', null],
  ['<<< 421', '421', null],
  ['Status 4.4.7', null, '4.4.7'],
  ['sent 550 messages in 421 days', null, null],
  ['running 5.5.2657.72 at 5.1.1.2', null, null],
  ['at 10:45:550 on port 465', null, null],
  ['5.9.1 is no subject of RFC 3463', null, null],
  ['', null, null],
])('in "%s" the codes are %s and %s', (text, replyCode, status) => {
  expect(readCodes(text)).toEqual({ replyCode, status });
});

test.each([
  [{ reported: '5.0.0', said: '5.2.2', replyCode: '552' }, '5.2.2'],
  [{ reported: '5.1.1', said: '5.7.1', replyCode: '550' }, '5.7.1'],
  [{ reported: '4.4.7', said: '5.1.1', replyCode: '550' }, '4.4.7'],
  [{ reported: '5.1.1', said: null, replyCode: '450' }, '5.1.1'],
  [{ reported: null, said: null, replyCode: '450' }, '4.0.0'],
  [{ reported: null, said: null, replyCode: null }, null],
])('of %o the status is %s', (codes, status) => {
  expect(chooseStatus(codes)).toBe(status);
});

const lines = (text: string): readonly string[] =>
  readDeliveryStatus(text).groups.map(({ address, action, status }) => `${address} ${action} ${status}`);

describe('the delivery-status part', () => {
  test('is read without a blank line between its groups', () => {
    const text = `Reporting-MTA: dns; mx.test
Final-Recipient: rfc822; a@shop.test
Action: failed
Status: 5.1.1
Final-Recipient: rfc822; b@shop.test
Action: delayed
Status: 4.4.1`;
    expect(lines(text)).toEqual(['a@shop.test failed 5.1.1', 'b@shop.test delayed 4.4.1']);
  });

  test('is read with blank lines inside a group', () => {
    const text = 'Final-Recipient: rfc822; a@shop.test\n\nAction: failed\n\nStatus: 5.1.1\n';
    expect(lines(text)).toEqual(['a@shop.test failed 5.1.1']);
  });

  test.each([
    ['Final-Recipient: a@shop.test', 'a@shop.test'],
    ['Final-Recipient: RFC822;<A@Shop.test>', 'a@shop.test'],
    ['Final-Recipient: utf-8; jos\u00e9@shop.test', 'jos\u00e9@shop.test'],
    ['Final-Recipient: local; |/usr/bin/filter\nOriginal-Recipient: rfc822; a@shop.test', 'a@shop.test'],
    ['Final-Recipient: x400; /C=xx/', 'null'],
  ])('%s names %s', (field, address) => {
    expect(lines(`${field}\nAction: failed\nStatus: 5.0.0`)).toEqual([`${address} failed 5.0.0`]);
  });

  test.each([
    ['Status: 5.1.1 (no such user)', '5.1.1'],
    ['Status: 550 5.1.1', '5.1.1'],
    ['Status: 5.01.01', '5.1.1'],
    ['Status: unknown', 'null'],
  ])('%s is %s', (field, status) => {
    expect(lines(`Final-Recipient: rfc822; a@shop.test\nAction: Failed (now)\n${field}`)).toEqual([
      `a@shop.test failed ${status}`,
    ]);
  });
});
