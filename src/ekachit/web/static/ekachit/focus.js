// The bar on top: a clock that ticks, and the sign of life. Without scripts the clock shows when the page was made.
(() => {
  "use strict";
  let acted = true;

  for (const kind of ["pointerdown", "keydown", "wheel", "pointermove"]) {
    document.addEventListener(kind, () => { acted = true; }, { passive: true, capture: true });
  }

  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const clock = document.querySelector("#focus .clock[data-seconds]");
    if (!clock) return;
    // Seconds of this page's life are added to the server's figure: the clock of this machine may be wrong.
    clock.dataset.since ??= String(performance.now());
    const total = Number(clock.dataset.seconds) + Math.floor((performance.now() - Number(clock.dataset.since)) / 1000);
    const shown = `${two(Math.floor(total / 3600))}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
    if (clock.textContent !== shown) clock.textContent = shown;
  };
  window.setInterval(tick, 250);
  tick();

  const asked = () => document.querySelector("#focus")?.contains(document.activeElement) &&
    /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "focus") return;
    event.detail.parameters.stamp = event.detail.elt.dataset.stamp;
    if (acted) event.detail.parameters.acted = "1";
    acted = false;
  });

  // An answer that is being typed is not swapped away.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "focus" && asked()) event.preventDefault();
  });

  // Back from elsewhere, or a machine that slept: ask at once.
  const again = () => {
    const bar = document.getElementById("focus");
    if (bar && document.visibilityState === "visible") window.htmx?.trigger(bar, "again");
  };
  document.addEventListener("visibilitychange", again);
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const acts = (target) => target instanceof Element && target.closest("button, a, summary, label, dialog");

  // Space starts or pauses: the row that has the focus, else what is in the bar. n leads to a new task.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === " " && !acts(event.target)) {
      const row = document.activeElement?.closest("li.row");
      const button = row?.querySelector(".go") ?? document.querySelector("#focus .toggle, #task-live .toggle");
      if (!button || event.repeat) return;
      event.preventDefault();
      button.click();
    } else if (event.key === "n") {
      event.preventDefault();
      const form = document.getElementById("new");
      if (!form) {
        window.location.href = `${document.querySelector("a.brand").getAttribute("href")}?new=1`;
        return;
      }
      form.open = true;
      document.getElementById("new-title").focus();
    }
  });

  // Esc leaves the new task, and what was typed into it stays.
  document.addEventListener("keydown", (event) => {
    const form = event.target instanceof Element ? event.target.closest("#new") : null;
    if (event.key !== "Escape" || !form?.open) return;
    event.preventDefault();
    form.open = false;
    form.querySelector("summary").focus();
  });

  // A task was added: the form is empty again, for the next one.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement) || !form.closest("#new")) return;
    if (event.detail.successful && !document.querySelector("#flash p")) {
      form.reset();
      document.getElementById("new-title").focus();
    }
  });
  if (document.querySelector("#new[open]")) document.getElementById("new-title").focus();
})();
