// Browser notifications are asked for by the click that switches them on, and by nothing else.
(() => {
  "use strict";
  const form = document.querySelector("[data-notifications]");
  if (!form) return;
  const blocked = form.querySelector("[data-blocked]");
  const on = form.querySelector("button[value=yes]");
  if (!on) {
    if (!("Notification" in window) || Notification.permission !== "granted") blocked.hidden = false;
    return;
  }
  form.addEventListener("submit", async (event) => {
    if (form.dataset.allowed) return;
    event.preventDefault();
    const allowed = "Notification" in window && (await Notification.requestPermission()) === "granted";
    if (!allowed) {
      blocked.hidden = false;
      return;
    }
    form.dataset.allowed = "yes";
    // Not while this very submission is being told of: the browser would ignore it.
    window.setTimeout(() => form.requestSubmit(on));
  });
})();
