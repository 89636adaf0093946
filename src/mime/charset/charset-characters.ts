/** Frequent letters by writing system, and the encodings of unlabelled mail in it. Data for `guessCharset`. */

export interface Alphabet {
  /** iconv-lite encoding names, most common first. */
  readonly encodings: readonly string[];
  readonly frequent: string;
  /** Code points of the script as inclusive ranges. */
  readonly script: readonly (readonly [number, number])[];
  /** Latin letters occur singly among ASCII letters; others in runs. */
  readonly latin: boolean;
}

const han: readonly [number, number] = [0x4e00, 0x9fff];
const cjkSymbols: readonly [number, number] = [0x3000, 0x303f];
const fullWidth: readonly [number, number] = [0xff01, 0xff5e];

export const alphabets: readonly Alphabet[] = [
  {
    encodings: ['shift_jis', 'euc-jp'],
    frequent:
      'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽっゃゅょーアイウエオカキクケコサシスセソタチツテトナニノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポッャュョ日本人大年会国社時間今事者自分私様件名送信確認願致御株式田山中上下見出入前後同行新月火水木金土回方',
    script: [han, cjkSymbols, fullWidth, [0x3041, 0x30ff]],
    latin: false,
  },
  {
    encodings: ['gb18030'],
    frequent:
      '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日者意无力与长把机民第公此已工使情明性知全关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产新己制身果加月话合回特代内信表化给世位次度门任常先海通教原东提立及比员解水名真论处走义各入几口认条平系气题活更别打变四总何电数安少报才结反受目太量再感建务做接必场件计管期市直资命金指许统区保至形社便空决治展科司基书非则听光放强难且权思完设式色路记南品住告类求据程北边该交规万取格望术领共确传师观清今让识候带导争运您请收谢贵邮附客户票试测',
    script: [han, cjkSymbols, fullWidth],
    latin: false,
  },
  {
    encodings: ['big5-hkscs'],
    frequent:
      '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日者意無力與長把機民第公此已工使情明性知全關點正業外將兩高間由問很最重並物手應向頭文體政美相見被利什二等產新己制身果加月話合回特代內信表化給世位次度門任常先海通教原東提立及比員解水名真論處走義各入幾口認條平系氣題活更別打變四總何電數安少報才結反受目太量再感建務做接必場件計管期市直資命金指許統區保至形社便空決治展科司您請收謝貴郵附客戶票試測',
    script: [han, cjkSymbols, fullWidth],
    latin: false,
  },
  {
    encodings: ['cp949'],
    frequent:
      '이다는에의가을를하고지로기한사도은서리대나시자어있해인들정일그수니부전것게보아과제안장상요라주면만스여성연무원조공선동관구물계했방문회국생중세오신객님습합감드립녕답변메첨파건내용송발확약청구입금현재업소개바랍',
    script: [[0xac00, 0xd7a3], cjkSymbols, fullWidth],
    latin: false,
  },
  {
    encodings: ['windows-1251', 'koi8-r', 'cp866', 'iso-8859-5', 'koi8-u'],
    frequent: 'оеаинтсрвлкмдпуяыьгзбчйхіїє',
    script: [
      [0x400, 0x45f],
      [0x490, 0x491],
      [0x2116, 0x2116],
    ],
    latin: false,
  },
  // Before Greek: Hebrew letters also read as unaccented Greek, but Greek sentences nearly always have an accent.
  {
    encodings: ['windows-1255'],
    frequent: 'יוהלאמרתבשנדםחעפקכטסגןצזץףך',
    script: [[0x591, 0x5f4]],
    latin: false,
  },
  {
    encodings: ['windows-1253'],
    frequent: 'αοιετσνηυρπκμλςωγδθφχίόάέήώύ',
    script: [[0x370, 0x3ff]],
    latin: false,
  },
  {
    encodings: ['windows-1256'],
    frequent: 'اليمنورتبةعدسفهكقحجأشطصخىذإئءضزغآظؤث',
    script: [[0x600, 0x6ff]],
    latin: false,
  },
  { encodings: ['cp874'], frequent: 'านรกอเงมวลยสตทดคปบหพจขใไแะิีุู้่ัำ', script: [[0xe01, 0xe5b]], latin: false },
  {
    encodings: ['windows-1252'],
    frequent: 'äöüßéèàçñáíóúâêôåøæãõîïëùûÄÖÜÉÅØÆ',
    script: [[0xc0, 0xff]],
    latin: true,
  },
  {
    encodings: ['windows-1250', 'iso-8859-2'],
    frequent: 'ěščřžýáíéůúťďňľłąęśżźćńőűăâîșțşţöüäÁÉÍČŠŽŘŁŚŻÖÜ',
    script: [
      [0xc0, 0x17f],
      [0x218, 0x21b],
    ],
    latin: true,
  },
  {
    encodings: ['windows-1254'],
    frequent: 'ığşçöüİÇÖÜŞĞâ',
    script: [
      [0xc0, 0xff],
      [0x11e, 0x131],
      [0x15e, 0x15f],
    ],
    latin: true,
  },
  { encodings: ['windows-1257'], frequent: 'āēīūšžčėųįąęģķļņõäöü', script: [[0xc0, 0x17f]], latin: true },
];
