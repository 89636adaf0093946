import { describe, expect, it } from 'vitest';
import { readLocalisedDate } from '../../../src/mime/dates/localised-date.ts';
import { readAttribution } from '../../../src/mail/forwarded/printed-attribution.ts';
import { readLines } from '../../../src/mail/forwarded/quoted-lines.ts';

const read = (text: string) => {
  const attribution = readAttribution(readLines(text), 0, 10);
  if (attribution === null) return null;
  return {
    name: attribution.from.name,
    address: attribution.from.address,
    date: readLocalisedDate(attribution.date, new Set())?.slice(0, 16),
    end: attribution.end,
  };
};

describe('an attribution line tells who wrote what is quoted below', () => {
  it.each([
    ['On 28/10/2027 12:46, "Ada Moss" <ada@client.test> wrote:'],
    ['On Thu, Oct 28, 2027 at 12:46 PM Ada Moss <ada@client.test> wrote:'],
    ['On Thu, Oct 28, 2027 at 12:46 PM CEST, Ada Moss <ada@client.test> wrote:'],
    ['On 10/28/2027 12:46 PM Eastern Standard Time, Ada Moss <ada@client.test> wrote:'],
    ['On Thu, Oct 28, 2027 at 12:46 PM Ada Moss <ada@client.test<mailto:ada@client.test>> wrote:'],
    ['Am 28.10.2027 um 12:46 schrieb Ada Moss <ada@client.test>:'],
    ['Le 28/10/2027 12:46, « Ada Moss » <ada@client.test> a écrit :'],
    ['El jue, 28 oct 2027 a las 12:46, Ada Moss (<ada@client.test>) escribió:'],
    ['Il giorno gio 28 ott 2027 alle ore 12:46 Ada Moss <ada@client.test> ha scritto:'],
    ['Em qui., 28 de out. de 2027 às 12:46, Ada Moss <ada@client.test> escreveu:'],
    ['Op do 28 okt. 2027 om 12:46 schreef Ada Moss <ada@client.test>:'],
    ['Ada Moss <ada@client.test> skrev følgende den 28.10.2027, 12:46:'],
    ['28/10/2027 12:46 időpontban Ada Moss (ada@client.test) ezt írta:'],
    ['28/10/2027 12:46 používateľ Ada Moss (<ada@client.test>) napísal:'],
    ['чт, 28 окт. 2027 г. в 12:46, Ada Moss <ada@client.test>:'],
    ['"Ada Moss" <ada@client.test>, 28/10/2027 12:46 tarihinde şunu yazdı:'],
    ['Ada Moss <ada@client.test> 于2027年10月28日周四 12:46写道：'],
    ['2027年10月28日(木) 12:46 Ada Moss <ada@client.test>:'],
    ['2027년 10월 28일 (목) 12:46, Ada Moss <ada@client.test>님이 작성:'],
    ['בתאריך יום ה׳, 28 באוק׳ 2027 ב-12:46 מאת Ada Moss <ada@client.test>:'],
  ])('%s', (line) => {
    expect(read(line)).toEqual({
      name: 'Ada Moss',
      address: 'ada@client.test',
      date: '2027-10-28T12:46',
      end: 1,
    });
  });

  it('even if it is wrapped or prints a name only', () => {
    expect(read('On Thu, Oct 28, 2027 at 12:46 PM Ada Moss <ada@client.test>\nwrote:')).toMatchObject({
      address: 'ada@client.test',
      end: 2,
    });
    expect(read('On July 19, 2027 at 3:36 PM, Ada Moss wrote:')).toEqual({
      name: 'Ada Moss',
      address: null,
      date: '2027-07-19T15:36',
      end: 1,
    });
  });

  it.each([
    ['Please call ada@client.test before 10.10.2027:'],
    ['The meeting of 28.10.2027 12:46 with Ada Moss:'],
    ['Ada wrote:'],
    ['On 28/10/2027 Ada wrote\n\nthis:'],
    ['2027'],
  ])('%j is none', (line) => {
    expect(read(line)).toBeNull();
  });
});
