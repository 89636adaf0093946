/** A status of a case as stored by the CRM, and every other word that a subject may use for it. */
export interface CaseStatus {
  readonly status: string;
  /** Lower-case, NFC, trimmed; the first is always the status itself in lower case. */
  readonly aliases: readonly string[];
}

/**
 * Statuses known without settings. An alias belongs to one status only. Words that are also ordinary remarks in a tag ("new
 * message", "done by Friday") are left out: an unknown word is held for review, a wrong status goes unnoticed.
 */
export const builtInCaseStatuses: readonly CaseStatus[] = [
  {
    status: 'Open',
    aliases: [
      'open',
      'opened',
      'reopen',
      're-open',
      'reopened',
      're-opened',
      'active',
      // de
      'offen',
      'eröffnet',
      'wiedereröffnet',
      'wieder offen',
      // fr
      'ouvert',
      'ouverte',
      'rouvert',
      'rouverte',
      // es, pt
      'abierto',
      'abierta',
      'reabierto',
      'aberto',
      'aberta',
      'reaberto',
      // it
      'aperto',
      'aperta',
      'riaperto',
      // nl, da, no, sv, fi
      'geopend',
      'heropend',
      'åben',
      'åpen',
      'öppen',
      'öppet',
      'avoin',
      // pl, cs, ro, hu
      'otwarta',
      'otwarte',
      'otwarty',
      'otevřeno',
      'otevřený',
      'deschis',
      'nyitott',
      // tr, el, ru, uk
      'açık',
      'ανοιχτή',
      'ανοικτή',
      'открыто',
      'открыт',
      'відкрито',
      // ja, zh, ko, ar, he
      'オープン',
      '打开',
      '開啟',
      '열림',
      'مفتوح',
      'مفتوحة',
      'פתוח',
    ],
  },
  {
    status: 'Closed',
    aliases: [
      'closed',
      'close',
      'resolved',
      'solved',
      // de
      'geschlossen',
      'abgeschlossen',
      'erledigt',
      // fr
      'fermé',
      'fermée',
      'ferme',
      'clos',
      'clôturé',
      'clôturée',
      'cloture',
      'résolu',
      'résolue',
      // es, pt
      'cerrado',
      'cerrada',
      'resuelto',
      'resuelta',
      'fechado',
      'fechada',
      'encerrado',
      'encerrada',
      // it
      'chiuso',
      'chiusa',
      'risolto',
      // nl, da, no, sv, fi
      'gesloten',
      'afgesloten',
      'lukket',
      'stängd',
      'stängt',
      'suljettu',
      // pl, cs, ro, hu
      'zamknięta',
      'zamknięte',
      'zamknięty',
      'uzavřeno',
      'închis',
      'lezárt',
      // tr, el, ru, uk
      'kapalı',
      'kapandı',
      'κλειστή',
      'закрыто',
      'закрыт',
      'закрито',
      // ja, zh, ko, ar, he
      'クローズ',
      '完了',
      '已关闭',
      '已關閉',
      '关闭',
      '닫힘',
      '종료',
      'مغلق',
      'مغلقة',
      'סגור',
    ],
  },
  {
    status: 'In Progress',
    aliases: [
      'in progress',
      'in-progress',
      'inprogress',
      'ongoing',
      // de
      'in bearbeitung',
      'in arbeit',
      'laufend',
      // fr
      'en cours',
      'en traitement',
      // es, pt
      'en curso',
      'en progreso',
      'en proceso',
      'em andamento',
      'em curso',
      // it
      'in corso',
      'in lavorazione',
      // nl, da, no, sv, fi
      'in behandeling',
      'lopend',
      'i gang',
      'under behandling',
      'pågår',
      'pågående',
      'kesken',
      'käynnissä',
      // pl, cs, ro, hu
      'w toku',
      'w trakcie',
      'probíhá',
      'în lucru',
      'în curs',
      'folyamatban',
      // tr, el, ru, uk
      'devam ediyor',
      'σε εξέλιξη',
      'в работе',
      'в процессе',
      'у роботі',
      // ja, zh, ko, ar, he
      '対応中',
      '進行中',
      '进行中',
      '处理中',
      '진행 중',
      '진행중',
      'قيد التنفيذ',
      'בטיפול',
    ],
  },
  {
    status: 'On Hold',
    aliases: [
      'on hold',
      'on-hold',
      'onhold',
      'hold',
      'held',
      'paused',
      'suspended',
      // de
      'pausiert',
      'zurückgestellt',
      'angehalten',
      'ruhend',
      'ruht',
      // fr
      'en pause',
      'suspendu',
      'suspendue',
      // es, pt
      'en espera',
      'suspendido',
      'suspendida',
      'em espera',
      'suspenso',
      // it
      'sospeso',
      'sospesa',
      'in sospeso',
      // nl, da, no, sv, fi
      'aangehouden',
      'gepauzeerd',
      'på hold',
      'på vent',
      'pausad',
      'vilande',
      'tauolla',
      // pl, cs, ro, hu
      'wstrzymana',
      'wstrzymane',
      'pozastaveno',
      'suspendat',
      'felfüggesztve',
      // tr, el, ru, uk
      'beklemede',
      'σε αναμονή',
      'приостановлено',
      'на паузе',
      'призупинено',
      // ja, zh, ko, ar, he
      '保留',
      '保留中',
      '暂停',
      '搁置',
      '보류',
      'معلق',
      'מושהה',
    ],
  },
  {
    status: 'Pending',
    aliases: [
      'pending',
      'waiting',
      'awaiting',
      'awaiting reply',
      'awaiting response',
      // de
      'ausstehend',
      'wartend',
      'anhängig',
      // fr
      'en attente',
      // es, pt
      'pendiente',
      'pendente',
      // it
      'in attesa',
      // nl, da, no, sv, fi
      'in afwachting',
      'wachtend',
      'afventer',
      'avventer',
      'venter',
      'väntar',
      'väntande',
      'odottaa',
      // pl, cs, ro, hu
      'oczekuje',
      'oczekująca',
      'oczekujące',
      'čeká',
      'în așteptare',
      'függőben',
      // tr, el, ru, uk
      'bekliyor',
      'εκκρεμεί',
      'εκκρεμής',
      'ожидает',
      'в ожидании',
      'очікує',
      // ja, zh, ko, ar, he
      '待機中',
      '待处理',
      '待處理',
      '대기',
      '대기 중',
      'قيد الانتظار',
      'ממתין',
    ],
  },
];
