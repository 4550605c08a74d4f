// Credit sums while one types (M-21). Without this script the button "Recalculate credits" does the same.
"use strict";

(function () {
  const form = document.getElementById("claim");
  const sums = document.getElementById("sums");
  if (!form || !sums) return;
  const required = Number(form.dataset.required);
  const told = document.getElementById("sums-told");

  function creditsByUnit() {
    const credits = new Map();
    form.querySelectorAll("select[data-unit] option").forEach(function (option) {
      credits.set(option.value, Number(option.dataset.credits));
    });
    return credits;
  }

  function unitsByLearner() {
    const units = new Map();
    form.querySelectorAll("tr[data-line][data-learner]").forEach(function (row) {
      const unit = row.querySelector("select[data-unit]").value;
      if (!unit || row.querySelector("input[data-remove]").checked) return;
      const learner = row.dataset.learner;
      if (!units.has(learner)) units.set(learner, new Set());
      units.get(learner).add(unit);
    });
    return units;
  }

  function recalculate() {
    const credits = creditsByUnit();
    const units = unitsByLearner();
    const changed = [];
    sums.querySelectorAll("tr[data-sum]").forEach(function (row) {
      const all = new Set(JSON.parse(row.dataset.counted));
      (units.get(row.dataset.sum) || new Set()).forEach(function (unit) { all.add(unit); });
      let projected = 0;
      all.forEach(function (unit) { projected += credits.get(unit) || 0; });
      const cell = row.querySelector("[data-projected]");
      if (cell.textContent === String(projected)) return;
      cell.textContent = String(projected);
      row.querySelector("[data-then]").textContent =
        projected >= required ? "complete" : (required - projected) + " to go";
      changed.push(row.querySelector("th").textContent.trim() + ": " + projected + " of " + required + " credits");
    });
    if (changed.length) told.textContent = changed.join("; ");
  }

  form.addEventListener("change", recalculate);
})();

// Somebody who leaves with unsaved words is asked first.
(function () {
  const form = document.getElementById("claim");
  if (!form) return;
  let changed = false;
  form.addEventListener("input", function () { changed = true; });
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) {
    if (changed) event.preventDefault();
  });
})();
