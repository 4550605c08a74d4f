// The objectives that are asked follow the choice at once; without this script saving does the same.
"use strict";

(function () {
  const form = document.getElementById("ced");
  if (!form) return;

  function follow() {
    const chosen = form.querySelector("input[name=register-only]:checked");
    if (!chosen) return;
    const kind = chosen.value === "yes" ? "register" : "delivers";
    form.querySelectorAll("[data-only]").forEach(function (part) { part.hidden = part.dataset.only !== kind; });
  }

  // A browser that comes back to the page has its own idea of what was chosen.
  follow();
  window.addEventListener("pageshow", follow);
  form.addEventListener("change", follow);

  // Somebody who leaves with unsaved words is asked first.
  let changed = false;
  form.addEventListener("input", function () { changed = true; });
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
})();
