// Rows of tasks: j and k move, x completes. The focus stays where the eye is when the rows are swapped.
(() => {
  "use strict";
  let wanted = "";

  const rows = () => [...document.querySelectorAll("li.row")];
  const current = () => document.activeElement?.closest("li.row") ?? null;
  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  const go = (row) => {
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };

  const move = (step) => {
    const all = rows();
    const at = all.indexOf(current());
    const next = at === -1 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
    go(all[next]);
  };

  const complete = () => {
    const row = current();
    const button = row?.querySelector('.status button[value="done"]:not([aria-current])');
    if (!button) return;
    const all = rows();
    const at = all.indexOf(row);
    button.click();
    wanted = (all[at + 1] ?? all[at - 1] ?? row).id;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") complete();
  });

  // A status that was chosen in a row's menu: the focus goes on with that row.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".status button") : null;
    if (button) wanted = button.closest("li.row").querySelector("summary").id;
  }, true);

  document.addEventListener("htmx:afterSwap", () => {
    if (wanted) document.getElementById(wanted)?.focus();
    wanted = "";
  });

  // While an import fills the rows, an open menu is not swapped away under the hand.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const rowsAsk = event.detail.elt.id === "today";
    if (rowsAsk && document.querySelector("#today details[open]")) event.preventDefault();
  });
})();
