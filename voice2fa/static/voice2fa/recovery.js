// The page that shows recovery codes once: a button that prints it, and nothing to find for who comes back to it.
"use strict";

(() => {
  const button = document.querySelector("[data-voice2fa-print]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // A browser may keep a page in memory for its back button, whatever the server says.
  window.addEventListener("pagehide", () => {
    document.querySelector("[data-voice2fa-codes]")?.replaceChildren();
    document.querySelectorAll("a[download]").forEach((link) => link.remove());
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      window.location.replace(window.location.pathname);
    }
  });
})();
