// Everything here is a link, button or field of the page, which also works without this script.
(() => {
  const dialog = document.querySelector('#keys');
  let current = null;

  const rows = () => [...document.querySelectorAll('[data-row]')];

  const select = (row) => {
    current?.removeAttribute('aria-current');
    current = row;
    row.setAttribute('aria-current', 'true');
    (row.querySelector('a[href]') ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };

  /** In a list to the next row, on a page of one thing to the next such page. */
  const move = (step) => {
    const list = rows();
    if (list.length === 0) return click(step > 0 ? 'a[rel~="next"]' : 'a[rel~="prev"]');
    const at = current === null ? (step > 0 ? -1 : list.length) : list.indexOf(current);
    const row = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    if (row !== undefined) select(row);
    return true;
  };

  /** In the row that is selected, else the first on the page. */
  const click = (selector) => {
    const found = current?.querySelector(selector) ?? document.querySelector(selector);
    if (found === null) return false;
    if (found.matches('input, select')) found.focus();
    else found.click();
    return true;
  };

  const search = () => {
    const field = document.querySelector('main input[type="search"]');
    if (field === null) return false;
    field.focus();
    field.select();
    return true;
  };

  const help = () => {
    if (dialog === null) return false;
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  };

  const tick = () => {
    const box = current?.querySelector('input[type="checkbox"]');
    if (!box) return false;
    box.checked = !box.checked;
    return true;
  };

  const keys = { j: () => move(1), k: () => move(-1), x: tick, '/': search, '?': help };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target, key } = event;
    const isTyping =
      target instanceof Element && target.matches('input:not([type="checkbox"]), textarea, select');
    if (isTyping) {
      if (key === 'Escape') target.blur();
      return;
    }
    if (dialog?.open === true && key !== '?') return;
    const isDone = keys[key]?.() ?? (/^[1-9a-z]$/.test(key) && click(`[data-key="${key}"]`));
    if (isDone === true) event.preventDefault();
  });

  for (const button of document.querySelectorAll('[data-opens="keys"]')) {
    button.hidden = false;
    button.addEventListener('click', help);
  }

  // A second click must not send an act twice.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent === 'true') event.preventDefault();
    else if (form.method === 'post') form.dataset.sent = 'true';
  });
  // A page that comes back from the browser's cache.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
  });

  document.addEventListener('change', (event) => {
    const all = event.target;
    if (!(all instanceof HTMLInputElement) || all.dataset.ticks === undefined) return;
    for (const box of document.querySelectorAll(`input[data-group="${all.dataset.ticks}"]`))
      box.checked = all.checked;
  });
  for (const box of document.querySelectorAll('input[data-ticks]')) box.closest('label').hidden = false;
})();
