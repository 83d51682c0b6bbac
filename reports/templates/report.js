(function () {
  'use strict';
  var d = document, root = d.documentElement;
  function all(selector, from) { return Array.prototype.slice.call((from || d).querySelectorAll(selector)); }
  function by(id) { return d.getElementById(id); }
  var empty = { severity: null, state: null, ids: null, q: '' };
  var filter = Object.assign({}, empty);
  var cards = all('details.v');

  all('.tools,.filters').forEach(function (e) { e.hidden = false; });

  by('theme').onclick = function () {
    var now = root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    root.dataset.theme = now === 'dark' ? 'light' : 'dark';
  };
  by('print').onclick = function () { print(); };

  function passes(card) {
    return (!filter.severity || card.dataset.severity === filter.severity) &&
      (!filter.state || card.dataset.state === filter.state) &&
      (!filter.ids || filter.ids.indexOf(card.id) >= 0) &&
      (!filter.q || card.textContent.toLowerCase().indexOf(filter.q) >= 0);
  }
  function apply() {
    if (!cards.length) return;
    var shown = 0;
    cards.forEach(function (card) { card.hidden = !passes(card); if (!card.hidden) shown += 1; });
    by('cnt').textContent = by('cnt').dataset.text.replace('{shown}', shown).replace('{all}', cards.length);
    by('reset').hidden = !(filter.severity || filter.state || filter.ids || filter.q);
    all('.chip').forEach(function (chip) {
      chip.setAttribute('aria-pressed', String(filter[chip.dataset.key] === chip.dataset.value));
    });
    all('a.cell').forEach(function (cell) {
      cell.classList.toggle('sel', !!filter.ids && cell.dataset.ids.split(' ').join() === filter.ids.join());
    });
  }
  function reset() { filter = Object.assign({}, empty); if (by('q')) by('q').value = ''; apply(); }

  all('.chip').forEach(function (chip) {
    chip.onclick = function () {
      filter[chip.dataset.key] = filter[chip.dataset.key] === chip.dataset.value ? null : chip.dataset.value;
      apply();
    };
  });
  all('a.cell').forEach(function (cell) {
    cell.onclick = function (event) {
      event.preventDefault();
      reset();
      filter.ids = cell.dataset.ids.split(' ');
      apply();
      open(by(filter.ids[0]));
    };
  });
  function open(card) {
    if (!card || card.tagName !== 'DETAILS') return;
    if (card.hidden) reset();
    card.open = true;
    card.scrollIntoView({ block: 'start' });
    card.querySelector('summary').focus({ preventScroll: true });
  }
  function follow() { open(by(decodeURIComponent(location.hash.slice(1)))); }
  addEventListener('hashchange', follow);

  function place(card) { return card.querySelector('.vw').textContent; }
  if (by('q')) {
    by('q').oninput = function (event) { filter.q = event.target.value.trim().toLowerCase(); apply(); };
    by('q').onkeydown = function (event) { if (event.key === 'Escape') reset(); };
    by('reset').onclick = function () { reset(); by('q').focus(); };
    by('order').onchange = function (event) {
      var key = event.target.value;
      cards.slice().sort(function (a, b) {
        if (key === 'place') return place(a).localeCompare(place(b), root.lang) || a.dataset.rank - b.dataset.rank;
        return key === 'units' ? b.dataset.units - a.dataset.units : a.dataset.rank - b.dataset.rank;
      }).forEach(function (card) { by('list').appendChild(card); });
    };
  }

  all('.cmd').forEach(function (line) {
    var words = by('list').dataset, command = line.textContent.trim(), button = d.createElement('button');
    button.type = 'button';
    button.textContent = words.copy;
    button.setAttribute('aria-label', words.copy + ': ' + command);
    button.onclick = function () {
      if (navigator.clipboard) navigator.clipboard.writeText(command);
      button.textContent = words.done;
      setTimeout(function () { button.textContent = words.copy; }, 1500);
    };
    line.appendChild(button);
  });
  all('a.cell').forEach(function (cell) { cell.title = cell.getAttribute('aria-label'); });

  function value(row, index) {
    var cell = row.cells[index];
    return cell.dataset.sort || cell.textContent.trim();
  }
  all('table.sortable th').forEach(function (head) {
    var button = d.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.onclick = function () {
      var up = head.getAttribute('aria-sort') !== 'ascending', index = head.cellIndex;
      var body = head.closest('table').tBodies[0];
      all('th', head.parentNode).forEach(function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      all('tr', body).sort(function (a, b) {
        var order = value(a, index).localeCompare(value(b, index), root.lang, { numeric: true });
        return up ? order : -order;
      }).forEach(function (row) { body.appendChild(row); });
    };
  });

  var closed = [];
  addEventListener('beforeprint', function () {
    closed = cards.filter(function (card) { return !card.open; });
    closed.forEach(function (card) { card.open = true; });
  });
  addEventListener('afterprint', function () { closed.forEach(function (card) { card.open = false; }); });

  apply();
  follow();
})();
