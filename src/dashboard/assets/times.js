// Times in words, with the exact one on hover: as the page has it, and in the reader's own zone. Without this script that in UTC stays.
(() => {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' });
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
  const units = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];

  const inWords = (date) => {
    const seconds = Math.round((date.getTime() - Date.now()) / 1000);
    const unit = units.find(([, length]) => Math.abs(seconds) >= length);
    return unit === undefined ? 'just now' : words.format(Math.trunc(seconds / unit[1]), unit[0]);
  };

  const show = () => {
    for (const element of document.querySelectorAll('time[datetime]')) {
      const date = new Date(element.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      element.textContent = inWords(date);
      element.title = `${element.dateTime}\n${local.format(date)}`;
    }
  };

  show();
  setInterval(show, 30_000);
  document.addEventListener('htmx:afterSettle', show);
})();
