// What an answer changes in a page with rows: some rows come anew, all others are put where they belong and kept.
(() => {
  "use strict";
  // As many rows as fit into an address; those past it the server takes for changed.
  const NAMED_AT_MOST = 300;
  const AGAIN_MS = 2000;

  const part = () => document.querySelector("#today, #board");
  const parts = () => document.querySelectorAll("#today, #board, #sending, #focus");
  const idOf = (row) => row.id.slice("task-".length);
  const sectionOf = (status) => part().querySelector(`[data-group="${status}"], [data-column="${status}"]`);

  // The server is told what the page shows of things that go on by themselves, and answers with what is so no more.
  document.addEventListener("htmx:configRequest", (event) => {
    const here = part();
    const { verb, elt } = event.detail;
    if (!here || (verb !== "post" && !["sending", "focus"].includes(elt.id))) return;
    const alive = [...here.querySelectorAll("li.row[data-life]")].slice(0, NAMED_AT_MOST);
    event.detail.parameters.shown = [here.dataset.day, ...alive.map((row) => `${idOf(row)}.${row.dataset.life}`)].join(" ");
  });

  // Puts the rows of a list into an order; those that stand right already are not touched.
  const order = (list, keys, rows) => {
    let at = list.firstElementChild;
    for (const key of keys) {
      const row = rows.get(key);
      if (!row) continue;
      if (at !== row && at?.nextElementSibling === row) {
        const gone = at;
        at = row;
        gone.remove();
      }
      if (at === row) at = row.nextElementSibling;
      else list.insertBefore(row, at);
    }
  };

  const count = (section) => {
    const shown = section.querySelectorAll("li.row:not([hidden])").length;
    section.querySelector("h2 > span").textContent = String(shown);
    if (section.matches(".group")) section.hidden = !shown;
    return shown;
  };

  // Groups without a row are hidden; what is said where there is nothing to see follows, and the way to several at once.
  const settle = (sections, open) => {
    const shown = sections.reduce((sum, section) => sum + count(section), 0);
    const filled = sections.map((section) => section.querySelector("li.row") !== null);
    const none = document.getElementById("none-shown");
    if (none) none.hidden = shown > 0 || !filled.includes(true);
    const select = document.getElementById("go-select");
    if (!select) return;
    select.hidden = !open;
    const groups = [...part().querySelectorAll("section.group")];
    const first = groups.find((group) => group.querySelector("li.row")) ?? groups[0];
    if (select.closest("section") !== first) first.querySelector("h2").append(" ", select);
  };

  // Returns whether the page has every row that it should.
  const put = (made) => {
    const rows = new Map([...part().querySelectorAll("li.row")].map((row) => [idOf(row), row]));
    const lists = [...made.querySelectorAll("ul[data-status]")];
    const fresh = [...made.querySelectorAll("li.row")];
    for (const row of fresh) {
      const old = rows.get(idOf(row));
      // In its place first: there it is most often right.
      if (old?.closest("section") === sectionOf(row.parentElement.dataset.status)) old.replaceWith(row);
      else old?.remove();
      rows.set(idOf(row), row);
    }
    const wanted = new Set();
    let whole = true;
    for (const { dataset: { status, order: keys } } of lists) {
      const section = sectionOf(status);
      const ordered = keys.split(" ").filter(Boolean);
      for (const key of ordered) {
        wanted.add(key);
        // A row of another status that was not sent tells what is no more.
        whole &&= rows.has(key) && rows.get(key).matches(`.${status}`);
      }
      order(section.querySelector("ul"), ordered, rows);
    }
    for (const [key, row] of rows) if (!wanted.has(key)) row.remove();
    for (const row of fresh) window.htmx.process(row);
    const sections = lists.map((list) => sectionOf(list.dataset.status));
    settle(sections, lists.some((list) => list.dataset.status !== "done" && list.dataset.order));
    return whole;
  };

  // Rows that have been drawn need not be drawn out of sight: the style sheet knows them by this. Two frames on, they
  // were; one that is in sight would be seen to go and come.
  const far = (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom < -window.innerHeight || top > 2 * window.innerHeight;
  };
  const drawn = () =>
    window.requestAnimationFrame(() =>
      window.requestAnimationFrame(() => {
        const rows = [...document.querySelectorAll("li.row:not(.drawn, [hidden])")].filter(far);
        for (const row of rows) row.classList.add("drawn");
      }),
    );
  window.addEventListener("load", drawn);

  const busy = () =>
    document.querySelector("#today details[open], #board details[open], #filters:focus-within, li.row.dragging") !== null;

  let asking = 0;
  const ask = () => {
    window.clearTimeout(asking);
    if (busy()) asking = window.setTimeout(ask, AGAIN_MS);
    else if (part()) window.htmx.ajax("GET", part().dataset.whole, { source: part(), swap: "none" });
  };

  // What is done brings its own rows: those asked for before it are old, and none are asked for until it is answered.
  let doing = 0;
  const does = (event) => event.detail.requestConfig?.verb === "post";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!does(event)) return;
    doing += 1;
    for (const each of parts()) window.htmx.trigger(each, "htmx:abort");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (does(event)) doing = Math.max(0, doing - 1);
    drawn();
    const made = document.querySelector("#changes > template");
    if (!made || !part()) return;
    made.remove();
    if (!put(made.content)) ask();
  });

  // While rows come by themselves, an open menu is not swapped away under the hand.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (["today", "board", "sending"].includes(event.detail.elt.id) && (doing || busy())) event.preventDefault();
  });
})();
