// Filters at once, with the choice in the address: what the server would answer, without asking it.
(() => {
  "use strict";
  const filters = () => document.getElementById("filters");
  const fold = (text) => text.toLowerCase();

  const wanted = () => {
    const chosen = new FormData(filters());
    return {
      project: chosen.get("project") ?? "",
      priority: chosen.get("priority") ?? "",
      words: fold(String(chosen.get("q") ?? "")).split(/\s+/).filter(Boolean),
      trouble: chosen.has("trouble"),
    };
  };

  const keeps = (row, want) => {
    if (want.project && row.dataset.project !== want.project) return false;
    if (want.priority && row.dataset.priority !== want.priority) return false;
    if (want.trouble && !("trouble" in row.dataset)) return false;
    if (!want.words.length) return true;
    const key = row.querySelector(".meta a.key")?.firstChild?.textContent ?? "";
    const said = fold(`${key} ${row.querySelector(".what").textContent}`);
    return want.words.every((word) => said.includes(word));
  };

  const apply = () => {
    if (!filters()) return;
    const want = wanted();
    let any = false;
    for (const part of document.querySelectorAll("section.group, section.column")) {
      let shown = 0;
      for (const row of part.querySelectorAll("li.row")) {
        row.hidden = !keeps(row, want);
        shown += row.hidden ? 0 : 1;
      }
      part.querySelector("h2 > span").textContent = String(shown);
      if (part.matches(".group")) part.hidden = !shown;
      any ||= shown > 0;
    }
    const none = document.getElementById("none-shown");
    if (none) none.hidden = any || !document.querySelector("li.row");
  };

  const remember = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(filters())) if (String(value).trim()) query.append(name, String(value).trim());
    const address = query.size ? `?${query}` : window.location.pathname;
    window.history.replaceState(window.history.state, "", address);
    for (const back of document.querySelectorAll('input[name="back"]')) back.value = window.location.pathname + window.location.search;
    for (const select of filters().querySelectorAll("select")) select.classList.toggle("on", Boolean(select.value));
  };

  // Listened for on the document: the form comes anew with the rows of an import.
  const ours = (event) => event.target instanceof Element && event.target.closest("#filters") !== null;
  document.addEventListener("input", (event) => {
    if (!ours(event)) return;
    apply();
    remember();
  });
  document.addEventListener("submit", (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    document.querySelector("li.row:not([hidden])")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-clear-filters]")) return;
    event.preventDefault();
    for (const field of filters().elements) {
      if (field.type === "checkbox") field.checked = false;
      else if ("value" in field) field.value = "";
    }
    apply();
    remember();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const text = document.getElementById("filter-text");
    if (!text || event.defaultPrevented) return;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      text.select();
      text.focus();
    } else if (event.key === "Escape" && event.target === text) {
      text.value = "";
      apply();
      remember();
      text.blur();
    }
  });
})();
