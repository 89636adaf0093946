import { describe, expect, it } from 'vitest';
import { stripSubjectPrefixes, subjectIntent } from '../../../src/mail/subject/subject-prefix.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const none: ReadonlySet<string> = new Set();

describe('a subject loses the prefixes that mail clients add', () => {
  it.each([
    ['Re: The roof', 'The roof', ['reply']],
    ['RE : Le toit', 'Le toit', ['reply']],
    ['Fwd: Re: [EXTERNAL] AW: The roof', 'The roof', ['forward', 'reply', 'marker', 'reply']],
    ['Re[2]: Re^3: Re (2): Re2: The roof', 'The roof', ['reply', 'reply', 'reply', 'reply']],
    ['WG: AW: Das Dach', 'Das Dach', ['forward', 'reply']],
    ['TR: Rép : Le toit', 'Le toit', ['forward', 'reply']],
    ['RV: El tejado', 'El tejado', ['forward']],
    ['ENC: RES: O telhado', 'O telhado', ['forward', 'reply']],
    ['I: R: Il tetto', 'Il tetto', ['forward', 'reply']],
    ['VB: SV: Taket', 'Taket', ['forward', 'reply']],
    ['VL: VS: Katto', 'Katto', ['forward', 'forward']],
    ['PD: Odp: Dach', 'Dach', ['forward', 'reply']],
    ['İLT: YNT: Çatı', 'Çatı', ['forward', 'reply']],
    ['Redir.: Antw.: Acoperiș', 'Acoperiș', ['forward', 'reply']],
    ['Doorst: Antw: Het dak', 'Het dak', ['forward', 'reply']],
    ['ΠΡΘ: ΑΠ: Η στέγη', 'Η στέγη', ['forward', 'reply']],
    ['Пересл: Отв: Крыша', 'Крыша', ['forward', 'reply']],
    ['回复：转发：屋顶', '屋顶', ['reply', 'forward']],
    ['轉寄: 回覆: 屋頂', '屋頂', ['forward', 'reply']],
    ['転送: 返信: 屋根', '屋根', ['forward', 'reply']],
    ['전달: 회신: 지붕', '지붕', ['forward', 'reply']],
    ['إعادة توجيه: رد: السقف', 'السقف', ['forward', 'reply']],
    ['הועבר: תשובה: הגג', 'הגג', ['forward', 'reply']],
    ['ＦＷ： The roof', 'The roof', ['forward']],
    [
      'PSD: Přeposlat: Reencaminhar: Переадр: The roof',
      'The roof',
      ['forward', 'forward', 'forward', 'forward'],
    ],
    ['Antwoord: Contestación: The roof', 'The roof', ['reply', 'reply']],
    ['[Fwd: The roof]', 'The roof', ['forward']],
    ['The roof (fwd)', 'The roof', ['forward']],
    ['***SPAM*** Re: The roof', 'The roof', ['marker', 'reply']],
    ['【外部】 Re: The roof', 'The roof', ['marker', 'reply']],
    ['EXTERNAL: The roof', 'The roof', ['marker']],
    ['\u200fRe:\u00a0The roof', 'The roof', ['reply']],
    ['Re:', '', ['reply']],
  ])('%s', (subject, bare, kinds) => {
    expect(stripSubjectPrefixes(subject)).toEqual({ bare, kinds });
  });
});

describe('a subject keeps what the sender wrote', () => {
  it.each([
    ['The roof'],
    ['[Case #4711] Re: The roof'],
    ['[Case: Closed] The roof'],
    ['Update: The roof'],
    ['Ref: 2031/44'],
    ['Warning: storm'],
    ['Bulk: 40 tiles'],
    ['10:30 meeting'],
    ['Regarding: the roof'],
    [': the roof'],
    ['[Re]pair of the roof]'],
    ['www.example.test: down'],
  ])('%s', (subject) => {
    expect(stripSubjectPrefixes(subject)).toEqual({ bare: subject, kinds: [] });
  });
});

describe('the outermost prefix tells whether a message answers or forwards', () => {
  it.each([
    ['Fwd: Re: The roof', 'forward'],
    ['Re: Fwd: The roof', 'reply'],
    ['[EXTERNAL] Fwd: The roof', 'forward'],
    ['[Case #12] [roof-list] Fwd: The roof', 'forward'],
    ['【屋顶】转发：你好', 'forward'],
    ['The roof: Fwd', 'none'],
    ['The roof', 'none'],
    ['', 'none'],
  ])('%s', (subject, intent) => {
    expect(subjectIntent(subject, none)).toBe(intent);
  });

  it('reads VS as a forward in Danish and Norwegian and as a reply in Finnish', () => {
    expect(subjectIntent('VS: Tag', new Set(['da', 'no']))).toBe('forward');
    expect(subjectIntent('VS: Katto', new Set(['fi']))).toBe('reply');
    expect(subjectIntent('VS: Tag', none)).toBe('forward');
  });
});

describe('a hostile subject', () => {
  it('of endless prefixes is read to a bounded depth, and the rest is kept', () => {
    const { bare, kinds } = stripSubjectPrefixes('Re: '.repeat(100_000));
    expect(kinds).toHaveLength(64);
    expect(bare.length).toBeGreaterThan(399_000);
  });

  it.each([['['], [' '], ['*'], ['Re('], ['[a] '], ['('], ['Re[1'], ['【a】']])(
    'of repeated %j takes time in line with its length',
    (unit) => {
      const time = (n: number): number => {
        const subject = unit.repeat(n);
        const start = cpuTime();
        for (let round = 0; round < 5; round += 1) {
          stripSubjectPrefixes(subject);
          subjectIntent(subject, none);
        }
        return cpuTime() - start;
      };
      time(1_000);
      expect(time(200_000)).toBeLessThan(20 * time(50_000) + 100);
    },
  );
});
