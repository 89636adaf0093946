import { describe, expect, it } from 'vitest';

import { htmlToText, referencedContentIds, sanitiseHtml } from '../../../src/mime/html/html.ts';

/** Milliseconds of CPU time: other work on the machine does not count. */

const time = (work: () => unknown): number => {
  const start = process.cpuUsage();

  work();

  const { user, system } = process.cpuUsage(start);

  return (user + system) / 1_000;
};

describe('HTML as text', () => {
  it.each([
    ['paragraphs', '<p>One</p><p>Two<br>lines</p>', 'One\n\nTwo\nlines'],
    ['lines of a webmailer', '<div>One</div><div><br></div><div>Two</div>', 'One\n\nTwo'],
    [
      'paragraphs of Word',
      '<p class="MsoNormal">One</p><p class="MsoNormal">Two</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">Three</p>',
      'One\nTwo\n\nThree',
    ],
    ['white space', '<div>  a \n\t b<b> c</b>  <i>d </i> </div>', 'a b c d'],
    ['an empty title as XML writes it', '<head><title/></head><body><p>One</p></body>', 'One'],
    ['a comment that ends as browsers end it', 'One<!-- x --!> two', 'One two'],
    ['an end tag of nothing', 'One</> two', 'One two'],
    ['a frame that stays out', '<p>One</p><iframe src="x"><b>old</b></iframe><p>Two</p>', 'One\n\nTwo'],
    ['hard spaces', '<div>a&nbsp;&nbsp;b</div>', 'a  b'],
    ['references', '&lt;b&gt; &amp;amp; &eacute; &#128512; &#x41;', '<b> &amp; é 😀 A'],
    ['preformatted text', '<pre>a\n  b\n\nc</pre>', 'a\n  b\n\nc'],
    [
      'lists',
      '<ul><li>one</li><li>two<ol><li>a</li><li>b</li></ol></li></ul>',
      '- one\n- two\n  1. a\n  2. b',
    ],
    ['lists without end tags', '<ol><li>one<li>two</ol>', '1. one\n2. two'],
    [
      'a table',
      '<table><tr><th>Item</th><th>Price</th></tr><tr><td><p>Roof</p></td><td><p>100</p></td></tr></table>',
      'Item | Price\nRoof | 100',
    ],
    [
      'a table of labels',
      '<table><tr><td>Name:</td><td>Ann</td></tr><tr><td>City:</td><td>Bath</td></tr></table>',
      'Name: Ann\nCity: Bath',
    ],
    [
      'a table as layout',
      '<table><tr><td><p>One</p><p>Two</p></td><td>Side</td></tr></table>',
      'One\n\nTwo\nSide',
    ],
    [
      'links',
      '<a href="https://example.com/a">offer</a> <a href="https://example.com/">example.com</a> <a href="https://example.com/b">https://example.com/b</a>',
      'offer <https://example.com/a> example.com https://example.com/b',
    ],
    [
      'addresses',
      '<a href="mailto:ann@example.com">Ann</a>, <a href="mailto:ann@example.com?subject=x">ann@example.com</a>',
      'Ann <ann@example.com>, ann@example.com',
    ],
    ['links that run programs', '<a href="javascript:alert(1)">here</a>', 'here'],
    [
      'quotes',
      '<p>Yes</p><blockquote type="cite"><p>a</p><p>b</p><blockquote type="cite">c</blockquote></blockquote>',
      'Yes\n\n> a\n>\n> b\n>\n> > c',
    ],
    ['indents', '<blockquote style="border:none;margin-left:40px">a</blockquote>', 'a'],
    [
      'pictures',
      '<img alt="Plan of the roof" src="cid:1"><img src="x.png"><img alt="😀">',
      '[Plan of the roof]😀',
    ],
    ['rules', 'a<hr>b', `a\n${'_'.repeat(32)}\nb`],
    [
      'preview text',
      '<div style="display:none;max-height:0">Preview &zwnj;&nbsp;&zwnj;</div><p>Text</p>',
      'Text',
    ],
    [
      'preview text that lets all light through',
      '<div style="opacity:0; color:#fff">Preview</div>Text',
      'Text',
    ],
    ['faint text', '<p style="opacity:0.6">Text</p>', 'Text'],
    ['columns without gaps', '<td style="font-size:0px"><div style="font-size:13px">Text</div></td>', 'Text'],
    [
      'scripts and styles',
      '<style>p{color:red}</style><script>alert("</p>")</script><title>T</title>Text<!-- no -->',
      'Text',
    ],
    ['a self-closed title', '<head><title/></head><body>Text</body>', 'Text'],
    ['comments for Outlook', '<!--[if mso]><p>no</p><![endif]--><![if !mso]><p>Text</p><![endif]>', 'Text'],
    ['nothing', '', ''],
    ['text alone', 'Text', 'Text'],
  ])('reads well: %s', (_what, html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it('shows what is hidden if nothing else is there', () => {
    expect(htmlToText('<div style="display:none">Text</div>')).toBe('Text');
  });
});

describe('sanitised HTML', () => {
  /** What a browser would run, load or follow. */
  const ATTACKS: readonly string[] = [
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//evil.test/x.js></SCRIPT>',
    '<script\n>alert(1)</script\n>',
    '<<script>alert(1)//<</script>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<img src=x onerror=alert(1)>',
    '<img/src="x"/onerror="alert(1)">',
    '<img src="x`" `onerror=alert(1)>',
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    '<body onload=alert(1)>text</body>',
    '<div onmouseover="alert(1)">x</div>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<iframe src="https://evil.test"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<frameset><frame src="https://evil.test"></frameset>',
    '<object data="https://evil.test/x"></object><embed src="https://evil.test/x"><applet code="x"></applet>',
    '<form action="https://evil.test"><input name="password"><button formaction="javascript:alert(1)">go</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.test">',
    '<base href="https://evil.test/">',
    '<link rel="stylesheet" href="https://evil.test/x.css">',
    '<style>@import "https://evil.test/x.css"; body{background:url(https://evil.test/x)}</style>',
    '<div style="background:url(javascript:alert(1))">x</div>',
    '<div style="background-image:url(https://evil.test/x.png)">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    '<div style="width:ex/**/pression(alert(1))">x</div>',
    '<div style="behavior:url(#default#time2);-moz-binding:url(https://evil.test/x.xml#x)">x</div>',
    '<div style="color:red;\\62 ackground:url(https://evil.test/x)">x</div>',
    '<div style="background:\\75rl(https://evil.test/x)">x</div>',
    '<div style="background:image-set(\'https://evil.test/x\' 1x)">x</div>',
    '<div style="content:attr(x);position:fixed;top:0;left:0;z-index:9999">x</div>',
    '<table background="https://evil.test/x.png"><tr><td background="//evil.test/y.png">x</td></tr></table>',
    '<img srcset="https://evil.test/x 1x" src="https://evil.test/y">',
    '<picture><source srcset="https://evil.test/x"><img src="https://evil.test/y"></picture>',
    '<video poster="https://evil.test/x" src="https://evil.test/y"><track src="https://evil.test/z"></video>',
    '<audio src="https://evil.test/x" autoplay onerror="alert(1)"></audio>',
    '<svg onload=alert(1)><circle/></svg>',
    '<svg><script>alert(1)</script></svg>',
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"/></svg>',
    '<svg><foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject></svg>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<template><script>alert(1)</script></template>',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    '<title><a id="</title><img src=x onerror=alert(1)>"></title>',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
    '<plaintext><img src=x onerror=alert(1)>',
    '<select><option><style></option></select><img src=x onerror=alert(1)></style>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<!-- --!><img src=x onerror=alert(1)>-->',
    '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->',
    '<![CDATA[<img src=x onerror=alert(1)>]]>',
    '<?xml version="1.0"?><?x <img src=x onerror=alert(1)>?>',
    '<p title="<img src=x onerror=alert(1)>">x</p>',
    '<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">x</p>',
    "<p title='\"><img src=x onerror=alert(1)>'>x</p>",
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<a href="https://example.com/&quot; onclick=&quot;alert(1)">x</a>',
    '<a href=https://example.com/ target=_self ping=https://evil.test/>x</a>',
    '<img data-remote-src="javascript:alert(1)" data-remote-background="data:text/html,x">',
    '<p id="cookie" name="body" class="btn" accesskey="x" tabindex="1" contenteditable is="x-y" slot="z">x</p>',
    '<dialog open>x</dialog><details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee>',
    '<custom-element onclick="alert(1)">x</custom-element>',
    '<img src="cid:a" onload="alert(1)" usemap="#m"><map name="m"><area href="javascript:alert(1)"></map>',
    '<a\u0000 href="java\u0000script:alert(1)">x</a>',
    '<div style="color:red" style="background:url(https://evil.test)">x</div>',
    '<p style="font-family:\'a\';}</style><script>alert(1)</script>">x</p>',
    '</p></div></body></html><script>alert(1)</script>',
    '<table><script>alert(1)</script><tr><td>x',
    '<a href="https://example.com',
    '<img src="https://evil.test/x',
    '<',
    '<a <b <c onclick=alert(1)>x',
  ];

  /** The tags of the result with their attributes, read as a browser would. */
  function tagsOf(
    html: string,
  ): { readonly name: string; readonly attributes: ReadonlyMap<string, string> }[] {
    return [...html.matchAll(/<([a-z][a-z\d]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/gu)].map((match) => ({
      name: match[1] ?? '',
      attributes: new Map(
        [...(match[2] ?? '').matchAll(/([a-z-]+)(?:="([^"]*)")?/gu)].map((pair) => [
          pair[1] ?? '',
          pair[2] ?? '',
        ]),
      ),
    }));
  }

  const HARMFUL_NAME = /^on|^(?:id|name|class|srcset|action|formaction|ping|poster|data|srcdoc)$/u;
  const HARMFUL_STYLE = /url|expression|import|\\|position|behavior|binding|image-set/iu;
  const WANTED: Readonly<Record<string, RegExp>> = {
    src: /^(?:cid:|data:image\/(?:png|gif|jpe?g|webp);base64,)/u,
    background: /^cid:/u,
    href: /^(?:https?:\/\/|mailto:|tel:)/u,
    'data-remote-src': /^https?:\/\//u,
    'data-remote-background': /^https?:\/\//u,
    target: /^_blank$/u,
  };
  const isHarmful = (attribute: string, value: string): boolean =>
    HARMFUL_NAME.test(attribute) ||
    (attribute === 'style' && HARMFUL_STYLE.test(value)) ||
    WANTED[attribute]?.test(value) === false;

  it.each(ATTACKS)('neither runs nor loads anything: %s', (attack) => {
    for (const html of [
      attack,
      `<div>before${attack}after</div>`,
      `<table><tr><td>${attack}`,
      `<p title="x">${attack}</p>`,
    ]) {
      const clean = sanitiseHtml(html);
      const tags = tagsOf(clean);
      // Every "<" is a tag of the plain form above, or one that closes it.
      expect(clean.split('<').length - 1).toBe(
        tags.length + [...clean.matchAll(/<\/[a-z][a-z\d]*>/gu)].length,
      );
      for (const { name, attributes } of tags) {
        expect(name).not.toMatch(
          /^(?:script|style|iframe|frame|object|embed|applet|form|input|button|meta|base|link|svg|math|template|noscript|textarea|title|video|audio|source|picture|map|area)$/u,
        );
        const harmful = [...attributes].filter(([attribute, value]) => isHarmful(attribute, value));
        expect(harmful).toEqual([]);
      }
      expect(sanitiseHtml(clean)).toBe(clean);
    }
  });

  it.each([
    [
      'remote pictures wait',
      '<img src="https://example.com/a.png" alt="A" width="10">',
      '<img width="10" data-remote-src="https://example.com/a.png" alt="A" />',
    ],
    [
      'pictures without scheme wait as https',
      '<img src="//example.com/a.png">',
      '<img data-remote-src="https://example.com/a.png" />',
    ],
    ['embedded pictures stay', '<img src="cid:a%40example.com">', '<img src="cid:a%40example.com" />'],
    [
      'small pictures in the HTML stay',
      '<img src="data:image/png;base64,iVBORw0KGgo=">',
      '<img src="data:image/png;base64,iVBORw0KGgo=" />',
    ],
    [
      'remote backgrounds wait',
      '<td background="http://example.com/a.png">x</td>',
      '<td data-remote-background="http://example.com/a.png">x</td>',
    ],
    [
      'backgrounds of styles wait',
      '<p style="color:red;background:#fff url(\'https://example.com/a.png\')">x</p>',
      '<p style="color: red" data-remote-background="https://example.com/a.png">x</p>',
    ],
    ['embedded backgrounds stay', '<td background="cid:a">x</td>', '<td background="cid:a">x</td>'],
    [
      'links open apart',
      '<a href="https://example.com/?a=1&amp;b=2" target="_top">x</a>',
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">x</a>',
    ],
    ['links to nowhere are text', '<a href="#top" name="x">x</a>', '<a>x</a>'],
    [
      'formatting stays',
      '<p style="margin: 0 0 8px; font-family: \'Arial\', sans-serif; color: rgb(1, 2, 3)" align="right"><b>x</b></p>',
      '<p align="right" style="margin: 0 0 8px; font-family: \'Arial\', sans-serif; color: rgb(1, 2, 3)"><b>x</b></p>',
    ],
    [
      'tables stay',
      '<table border="1" cellpadding="2"><tr><td colspan="2" bgcolor="#eee">x</td></tr></table>',
      '<table border="1" cellpadding="2"><tr><td bgcolor="#eee" colspan="2">x</td></tr></table>',
    ],
    ['text stays text', 'a < b & c > d &lt;i&gt;', 'a &lt; b &amp; c &gt; d &lt;i&gt;'],
    ['unknown elements leave their text', '<o:p>x</o:p><center>y</center>', 'x<center>y</center>'],
  ])('%s', (_what, html, clean) => {
    expect(sanitiseHtml(html)).toBe(clean);
    expect(sanitiseHtml(clean)).toBe(clean);
  });

  it.each([
    ['a negative margin', '<div style="margin-top:-500px">x</div>', '<div>x</div>'],
    ['one of several', '<div style="margin:0 0 -9em 0">x</div>', '<div>x</div>'],
    ['one without a blank before it', '<div style="margin:0-500px">x</div>', '<div>x</div>'],
    ['one that begins with a point', '<div style="margin-left:-.9in">x</div>', '<div>x</div>'],
    [
      'one that is important',
      '<p style="margin-top:-500px !important;color:red">x</p>',
      '<p style="color: red">x</p>',
    ],
    ['a small one, of which there may be a hundred', '<p style="margin-top:-9px">x</p>', '<p>x</p>'],
    ['a negative indent', '<p style="text-indent:-9999px">x</p>', '<p>x</p>'],
    ['negative spacing', '<p style="letter-spacing:-20px;word-spacing:-99px">x</p>', '<p>x</p>'],
    ['a negative padding and exponent', '<p style="margin-top:-1e3px">x</p>', '<p>x</p>'],
    ['a size as an exponent', '<p style="width:1e4px;padding-top:9E3px">x</p>', '<p>x</p>'],
    ['more than a screen', '<p style="width:9999px;min-width:99999pt;margin-left:200em">x</p>', '<p>x</p>'],
    ['more than all', '<p style="width:500%;margin-left:101%">x</p>', '<p>x</p>'],
    [
      'measures of the window',
      '<p style="width:100vw;height:100vh;margin:50vmin;padding:90cqw">x</p>',
      '<p>x</p>',
    ],
    ['measures that nobody knows', '<p style="width:9zz">x</p>', '<p>x</p>'],
    ['huge type', '<p style="font-size:5000px;font:900px serif;line-height:4000px">x</p>', '<p>x</p>'],
    ['a box lower than its content', '<div style="height:0">x</div>', '<div style="min-height: 0">x</div>'],
    ['the same as a limit', '<div style="max-height:1px">x</div>', '<div>x</div>'],
    [
      'overflow that is taken back',
      '<p style="height:0;overflow:hidden;overflow:visible">x</p>',
      '<p style="min-height: 0; overflow: hidden; overflow: visible">x</p>',
    ],
    [
      'a cell that is no cell',
      '<table><tr><td height="1" style="display:block;height:1px">x</td></tr></table>',
      '<table><tr><td style="display: block; min-height: 1px">x</td></tr></table>',
    ],
    [
      'padding of a line of text',
      '<a href="https://example.com/" style="padding:900px">x</a>',
      '<a href="https://example.com/" target="_blank" rel="noopener noreferrer">x</a>',
    ],
    [
      'borders of a line of text',
      '<span style="border-top:900px solid #fff;border-width:90px">x</span>',
      '<span>x</span>',
    ],
    [
      'a block that is a line',
      '<div style="padding:90px;display:inline">x</div>',
      '<div style="display: inline">x</div>',
    ],
    ['an underline as thick as a page', '<u style="text-decoration:underline 900px #fff">x</u>', '<u>x</u>'],
    ['other layouts', '<div style="display:contents">x</div>', '<div>x</div>'],
    [
      'attributes',
      '<table width="99999" height="500%" border="9999" cellpadding="9999"><tr><td width=" 9999px">x</td></tr></table>',
      '<table><tr><td>x</td></tr></table>',
    ],
    ['pictures', '<img src="cid:a" width="99999" height="99999">', '<img src="cid:a" />'],
  ])('stays within the space that it takes: %s', (_what, html, clean) => {
    expect(sanitiseHtml(html)).toBe(clean);
    expect(sanitiseHtml(clean)).toBe(clean);
  });

  it.each([
    '<table width="600" height="100%" border="0" cellpadding="0" cellspacing="0"><tr><td width="50%" height="20" style="height: 20px; padding: 40px 24px">x</td></tr></table>',
    '<div style="max-height: 0; overflow: hidden; font-size: 1px; line-height: 1px; opacity: 0">x</div>',
    '<a style="display: inline-block; padding: 14px 32px; border-radius: 9999px; text-decoration: none">x</a>',
    '<span style="padding: 2px 6px; border: 1px solid #100000">x</span>',
    '<p style="margin: 0in 0in 1.0E-4pt; font-size: 11pt; font-family: \'Font-2 9999\', -apple-system">x</p>',
    '<p style="font: 400 14px/1.5 Arial; line-height: 150%; color: #123456; background: rgba(0, 0, 0, 0.5)">x</p>',
    '<img width="600" height="1200" style="display: block; width: 100%; max-width: 600px; height: auto" src="cid:a" />',
    '<img style="display: inline; height: 40px; padding: 20px" src="cid:a" />',
  ])('keeps what newsletters and word processors write: %s', (html) => {
    expect(sanitiseHtml(html)).toBe(html);
  });

  it('keeps what follows an empty title as XML writes it', () => {
    expect(sanitiseHtml('<head><title/></head><body><p>One</p></body>')).toBe('<p>One</p>');
  });

  it('drops pictures that are too large to be part of the text', () => {
    expect(sanitiseHtml(`<img src="data:image/png;base64,${'A'.repeat(100_000)}" alt="x">`)).toBe(
      '<img alt="x" />',
    );
  });

  it('keeps the text of elements that nest too deeply', () => {
    const clean = sanitiseHtml(`${'<div>'.repeat(5_000)}deep${'</div>'.repeat(5_000)}<p>after</p>`);
    expect(clean).toContain('deep');
    expect(clean).toContain('<p>after</p>');
    expect(clean.split('<div>').length).toBeLessThan(300);
  });
});

describe('the content ids that HTML refers to', () => {
  it.each([
    ['a picture', '<img src="cid:a@example.com">', ['a@example.com']],
    ['percent-encoding, both forms', '<img src="cid:a%40example.com">', ['a%40example.com', 'a@example.com']],
    ['either case of it', '<img src="cid:a%2fb">', ['a%2fb', 'a/b', 'a%2Fb']],
    ['broken percent-encoding', '<img src="cid:a%zz">', ['a%zz']],
    ['references', '<img src="cid:a&#64;example.com">', ['a@example.com']],
    ['capitals, quotes and brackets', "<IMG SRC='CID:<a@example.com>'>", ['a@example.com']],
    ['no quotes', '<img src=cid:a>', ['a']],
    ['backgrounds', '<td background="cid:a" style="background:url(\'cid:b\')">', ['a', 'b']],
    ['style sheets', '<style>p{background:url(cid:a)}</style>', ['a']],
    ['comments for Outlook', '<!--[if vml]><v:imagedata src="cid:a"/><![endif]-->', ['a']],
    ['text is none', '<p>[cid:a]</p>', []],
    ['other words are none', '<a href="https://example.com/acid:a">', []],
  ])('%s', (_what, html, ids) => {
    expect([...referencedContentIds(html)].toSorted()).toEqual(ids.toSorted());
  });
});

describe('hostile HTML', () => {
  const shapes: readonly (readonly [string, (size: number) => string])[] = [
    ['nesting', (size) => '<div>'.repeat(size)],
    ['nesting, closed', (size) => `${'<div>'.repeat(size)}x${'</div>'.repeat(size)}`],
    ['nesting, closed by others', (size) => `${'<div>'.repeat(size)}${'</p>'.repeat(size)}`],
    ['quotes', (size) => `${'<blockquote>'.repeat(size)}x`],
    ['lines in deep quotes', (size) => `${'<blockquote>'.repeat(40)}${'x<br>'.repeat(size)}`],
    ['tables', (size) => '<table><tr><td>a</td><td>'.repeat(size)],
    ['cells', (size) => `<table><tr>${'<td>a</td>'.repeat(size)}</tr></table>`],
    ['lists', (size) => '<ul><li>a'.repeat(size)],
    ['links', (size) => '<a href=https://example.com>'.repeat(size)],
    ['open paragraphs', (size) => '<p><b>'.repeat(size)],
    ['brackets', (size) => '<'.repeat(size * 4)],
    ['ampersands', (size) => '&'.repeat(size * 4)],
    ['comments', (size) => '<!--'.repeat(size)],
    ['attributes', (size) => `<a ${'b=c '.repeat(size)}>x</a>`],
    ['an attribute', (size) => `<a title="${'x '.repeat(size)}">x</a>`],
    ['styles', (size) => `<p style="${'color:red;'.repeat(size)}">x</p>`],
    [
      'a style of spaces',
      (size) => `<p style="color:${' '.repeat(size * 4)}x;display${' '.repeat(size)}:none">x</p>`,
    ],
    ['white space', (size) => `${' '.repeat(size * 4)}x`],
    ['hard spaces', (size) => `${'&nbsp;'.repeat(size)}x`],
    ['closing tags', (size) => '</div>'.repeat(size)],
    ['signatures', (size) => '<div class="gmail_signature">x'.repeat(size)],
    ['histories', (size) => '<div class="gmail_quote">x'.repeat(size)],
    ['classes', (size) => `<div class="${'a '.repeat(size)}">x</div>`],
    ['content ids', (size) => `<img src="${'cid:'.repeat(size)}">`],
  ];

  it.each(shapes)('takes time in proportion to its length: %s', (_shape, make) => {
    for (const read of [htmlToText, sanitiseHtml, referencedContentIds]) {
      const [small, large] = [make(4_000), make(16_000)];
      read(small);
      const fast = Math.min(
        time(() => read(small)),
        time(() => read(small)),
      );
      const slow = Math.min(
        time(() => read(large)),
        time(() => read(large)),
      );
      // Four times the length; a quadratic rule takes sixteen times as long. Small times are noise.
      expect(slow).toBeLessThan(Math.max(fast * 12, 800));
    }
  });

  it('nested 100,000 deep is read to its text', () => {
    const html = `${'<div>'.repeat(100_000)}deep${'</div>'.repeat(100_000)}`;
    expect(htmlToText(html)).toBe('deep');
    expect(sanitiseHtml(html)).toContain('deep');
  });

  it('does not grow beyond bounds as text', () => {
    expect(htmlToText(`${'<blockquote>'.repeat(200)}${'x<br>'.repeat(400_000)}`).length).toBeLessThan(
      5_000_000,
    );
  });
});
