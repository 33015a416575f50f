// The page of a task: Ctrl+Enter saves what is being written, and leaving asks where something would be lost.
(() => {
  "use strict";
  let sent = false;

  document.addEventListener("keydown", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-keys-save]") : null;
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => {
    const notes = document.getElementById("notes-text");
    if (!sent && notes && notes.value !== notes.defaultValue) event.preventDefault();
  });
})();
