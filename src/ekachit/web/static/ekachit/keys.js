// Keyboard: two keys to go to a place (they are on its link as data-keys), ? for the list of them.
(() => {
  "use strict";
  const WAIT_MS = 1200;
  let first = "";
  let timer = 0;

  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  const forget = () => {
    first = "";
    window.clearTimeout(timer);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") {
      const list = document.getElementById("keys");
      if (list instanceof HTMLDialogElement && !list.open) list.showModal();
      return;
    }
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.menu[open]")) {
        open.removeAttribute("open");
        open.querySelector("summary")?.focus();
      }
      return;
    }
    const place = first && document.querySelector(`a[data-keys="${CSS.escape(`${first} ${event.key}`)}"]`);
    forget();
    if (place) {
      event.preventDefault();
      place.click();
    } else if (event.key === "g") {
      first = "g";
      timer = window.setTimeout(forget, WAIT_MS);
    }
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
})();
