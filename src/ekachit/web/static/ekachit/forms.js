// Small comforts of forms. Every form also works without them.
(() => {
  "use strict";

  // A slow form says that it is at work and is not sent twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || !button.dataset.busy) return;
    window.setTimeout(() => {
      button.disabled = true;
      button.textContent = button.dataset.busy;
    });
  });

  // Coming back by the back button, the form is as new.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector("button[data-busy][disabled]")) window.location.reload();
  });

  const list = document.querySelector("[data-projects]");
  if (list) {
    const boxes = [...list.querySelectorAll("input[type=checkbox]")];
    const row = (box) => box.closest("li");
    const count = document.querySelector("[data-picked-count]");
    const tell = () => {
      if (count) count.textContent = String(boxes.filter((box) => box.checked).length);
    };
    list.addEventListener("change", tell);
    for (const tool of document.querySelectorAll("[data-needs-script]")) tool.hidden = false;
    document.querySelector("[data-filter]")?.addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const box of boxes) row(box).hidden = !row(box).textContent.toLowerCase().includes(wanted);
    });
    document.querySelector("[data-filter]")?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    for (const button of document.querySelectorAll("[data-pick]")) {
      button.addEventListener("click", () => {
        for (const box of boxes) if (!row(box).hidden) box.checked = button.dataset.pick === "all";
        tell();
      });
    }
    tell();
  }

  // The browser knows its time zone: offer it where another one is set.
  const offer = document.querySelector("[data-zone-offer]");
  const zones = document.querySelector("select[name=time_zone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (offer && zones && here !== zones.value && [...zones.options].some((option) => option.value === here)) {
    const button = offer.querySelector("button");
    button.textContent = button.textContent.replace("…", here.replaceAll("_", " "));
    offer.hidden = false;
    button.addEventListener("click", () => {
      zones.value = here;
      offer.hidden = true;
      zones.focus();
    });
  }
})();
