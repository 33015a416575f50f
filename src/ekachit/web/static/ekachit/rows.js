// Rows and cards of tasks: keys, dragging, and the focus staying where the eye is when they are swapped.
(() => {
  "use strict";
  let wanted = "";

  const rows = () => [...document.querySelectorAll("li.row:not([hidden])")];
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

  // Not as the form itself: HTMX would take the address of the button that was pressed last.
  const send = (row, to, values, focus = row.id) => {
    const form = document.getElementById("act");
    const token = form.querySelector('input[name="csrfmiddlewaretoken"]').value;
    wanted = focus;
    const sent = { ...values, csrfmiddlewaretoken: token };
    window.htmx.ajax("POST", row.dataset.place + to, { source: document.body, swap: "none", values: sent });
  };

  const complete = () => {
    const row = current();
    if (!row || row.matches(".done")) return;
    const all = rows();
    const at = all.indexOf(row);
    send(row, "status/", { status: "done" }, (all[at + 1] ?? all[at - 1] ?? row).id);
  };

  // One row up or down among those seen: a row that the filter hides is stepped over.
  const shift = (step) => {
    const row = current();
    const all = [...(row?.parentElement.querySelectorAll("li.row:not([hidden])") ?? [])];
    const other = row && all[all.indexOf(row) + step];
    if (other) place(row, step > 0 ? "after" : "before", other);
  };

  const place = (row, where, other) => {
    if (!row.matches(".done")) send(row, "move/", { where, other: other.id.replace("task-", "") });
  };

  const COLUMNS = ["todo", "in_progress", "done"];
  const column = (step) => {
    const row = current();
    const at = COLUMNS.indexOf(row?.closest(".column")?.dataset.column);
    const status = COLUMNS[at + step];
    if (at === -1 || !status) return;
    send(row, "status/", { status });
  };

  const onBoard = () => document.getElementById("board") !== null;
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    J: () => shift(1),
    K: () => shift(-1),
    x: complete,
    h: () => column(-1),
    l: () => column(1),
    Enter: () => current()?.querySelector("a.what")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const onRow = event.target instanceof Element && event.target.matches("li.row");
    if (event.key.startsWith("Arrow")) {
      const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
      if (event.altKey && !across && current()) shift(step);
      else if (!event.altKey && onRow && onBoard() && across) column(step);
      else if (!event.altKey && onRow && !across) move(step);
      else return;
      event.preventDefault();
      return;
    }
    if (event.altKey || (event.key === "Enter" && !onRow)) return;
    KEYS[event.key]?.();
  });

  // The menu of a row gets its buttons when it opens: there may be hundreds of rows.
  document.addEventListener("toggle", (event) => {
    const menu = event.target instanceof HTMLDetailsElement && event.target.matches(".status[open]") ? event.target : null;
    const made = document.getElementById("row-menu");
    if (!menu || !made) return;
    const row = menu.closest("li.row");
    const box = menu.querySelector("div");
    box.replaceChildren(made.content.cloneNode(true));
    for (const button of box.querySelectorAll("button")) {
      button.setAttribute("formaction", row.dataset.place + button.dataset.to);
      if (row.matches(`.${button.value}`)) button.setAttribute("aria-current", "true");
      if (row.matches(".done") && button.name === "where") button.remove();
    }
    if (row.matches(".done")) box.querySelector("hr").remove();
    window.htmx.process(box);
  }, true);

  // What was chosen in a row: the focus goes on with that row.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("li.row button[form]") : null;
    if (!button) return;
    const row = button.closest("li.row");
    wanted = button.matches(".go") && document.activeElement === row ? row.id : button.closest(".status") ? row.querySelector("summary").id : row.id;
  }, true);

  // What comes may take the place of what has the focus: then it goes to the row that is meant, else stays in its row.
  let held = "";
  document.addEventListener("htmx:beforeSwap", () => {
    held = current()?.id ?? "";
  });

  // A row that went a little way is followed with the eye, one that went far is not.
  const near = (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > -window.innerHeight / 2 && top < window.innerHeight * 1.5;
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    const did = event.detail.requestConfig?.verb === "post";
    const lost = document.activeElement === document.body;
    const now = document.getElementById((did && wanted) || (lost ? held : ""));
    if (did) wanted = "";
    held = "";
    if (!now || now.closest("[hidden]")) return;
    now.focus({ preventScroll: true });
    const row = now.closest("li.row");
    if (row && near(row)) row.scrollIntoView({ block: "nearest" });
  });

  // Dragging: among the rows of one status on Today, between columns and places on the board.
  let dragged = null;
  const clear = () => {
    for (const row of document.querySelectorAll(".drop-before, .drop-after")) row.classList.remove("drop-before", "drop-after");
    for (const part of document.querySelectorAll(".column.drop")) part.classList.remove("drop");
  };
  const target = (event) => {
    const part = event.target instanceof Element ? event.target.closest("section.group, section.column") : null;
    if (!dragged || !part) return null;
    const same = part === dragged.closest("section.group, section.column");
    if (!same) return part.matches(".column") ? { part, row: null } : null;
    const row = event.target.closest("li.row");
    if (!row || row === dragged || row.matches(".done")) return null;
    const box = row.getBoundingClientRect();
    return { part, row, where: event.clientY < box.top + box.height / 2 ? "before" : "after" };
  };

  document.addEventListener("pointerdown", (event) => {
    const row = event.target instanceof Element ? event.target.closest("li.row") : null;
    if (row && event.pointerType === "mouse") row.draggable = !event.target.closest("a, button, summary, input, .checklist");
  });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target instanceof Element ? event.target.closest("li.row") : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector(".what").textContent);
    dragged.classList.add("dragging");
  });
  document.addEventListener("dragover", (event) => {
    const at = target(event);
    clear();
    if (!at) return;
    event.preventDefault();
    if (at.row) at.row.classList.add(`drop-${at.where}`);
    else at.part.classList.add("drop");
  });
  document.addEventListener("drop", (event) => {
    const at = target(event);
    if (!at) return;
    event.preventDefault();
    if (at.row) place(dragged, at.where, at.row);
    else send(dragged, "status/", { status: at.part.dataset.column });
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragging");
    dragged = null;
    clear();
  });
})();
