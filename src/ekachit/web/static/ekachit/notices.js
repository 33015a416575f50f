// New notices, shown by the browser while a page is open. Only for who switched it on, and only if the browser agreed.
(() => {
  "use strict";
  const EVERY_MS = 30_000;
  const KEPT = "ekachit-notices-after";
  const address = document.currentScript?.dataset.address;
  if (!address || !("Notification" in window)) return;

  const show = ({ id, text, address: step }) => {
    // Of several open pages each shows it; one tag is one notification.
    const shown = new Notification("Ekachit", { body: text, tag: `ekachit-${id}` });
    shown.addEventListener("click", () => {
      window.focus();
      if (step) window.location.assign(step);
      shown.close();
    });
  };

  const ask = async () => {
    if (Notification.permission !== "granted") return;
    const after = window.localStorage.getItem(KEPT);
    try {
      const answer = await fetch(after === null ? address : `${address}?after=${after}`, { redirect: "error" });
      if (!answer.ok) return;
      const { newest, notices } = await answer.json();
      for (const notice of notices) show(notice);
      window.localStorage.setItem(KEPT, String(newest));
    } catch {
      // No network, or signed out: the next round asks again.
    }
  };

  void ask();
  window.setInterval(ask, EVERY_MS);
})();
