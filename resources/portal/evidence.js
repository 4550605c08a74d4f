// Sends files in parts that can go on after a break, and shows how far they are. Without it the same form sends them.
"use strict";

(function () {
  if (!window.Worker || !window.fetch || !window.FormData) return;

  const LONGEST_WAIT = 30000;
  let busy = 0;

  function wait(milliseconds) {
    return new Promise(function (resolve) { setTimeout(resolve, milliseconds); });
  }

  // Refusals are the service's own words; whatever else goes wrong on the way is tried again.
  class Refused extends Error {
    constructor(says, doThis) { super(says); this.says = says; this.doThis = doThis || ""; }
  }

  async function refusalOf(status, text) {
    try {
      const problem = JSON.parse(text);
      if (problem.says) return new Refused(problem.says, problem.do);
    } catch (fault) { /* It is no JSON: said below. */ }
    if (status === 403) return new Refused("This page was open for too long.", "Load it anew and add the file again; it goes on where it was.");
    return new Refused("The service refused this file.", "Load the page anew and try again.");
  }

  function send(method, address, body, headers, onProgress) {
    return new Promise(function (resolve, reject) {
      const request = new XMLHttpRequest();
      request.open(method, address);
      Object.keys(headers).forEach(function (name) { request.setRequestHeader(name, headers[name]); });
      if (onProgress) request.upload.addEventListener("progress", function (event) { onProgress(event.loaded); });
      request.onload = async function () {
        if (request.status >= 200 && request.status < 300) resolve(request.responseText);
        else if (request.status === 429 || request.status >= 500) reject(new Error("later"));
        else reject(await refusalOf(request.status, request.responseText));
      };
      request.onerror = request.ontimeout = request.onabort = function () { reject(new Error("no network")); };
      request.send(body);
    });
  }

  // A row of the list: what is told of one file.
  function Row(list, file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "file-name";
    name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", "Progress of " + file.name);
    this.words = document.createElement("span");
    this.words.className = "file-says";
    item.append(name, this.bar, this.words);
    list.append(item);
    list.hidden = false;
    this.item = item;
  }
  Row.prototype.at = function (share) { this.bar.value = share; };
  Row.prototype.say = function (words) { if (this.words.textContent !== words) this.words.textContent = words; };
  Row.prototype.end = function (kind, words) {
    this.item.className = kind;
    this.bar.remove();
    this.say(words);
  };

  function hashes(file, part, row) {
    return new Promise(function (resolve, reject) {
      const worker = new Worker("/portal/evidence-hash.js");
      function end(how, value) { worker.terminate(); how(value); }
      worker.onerror = function () { end(reject, new Refused("The browser could not read this file.", "Choose it again.")); };
      worker.onmessage = function (message) {
        if (message.data.done) row.at(file.size ? message.data.done / file.size : 1);
        else if (message.data.sha256) end(resolve, message.data);
        else end(reject, new Refused("The file could not be read; it may have changed meanwhile.", "Choose it again."));
      };
      worker.postMessage({ file: file, part: part });
    });
  }

  async function again(row, what) {
    let pause = 1000;
    for (;;) {
      try {
        return await what();
      } catch (fault) {
        if (fault instanceof Refused) throw fault;
        row.say("Waiting for the network; it goes on by itself.");
        await wait(pause);
        pause = Math.min(pause * 2, LONGEST_WAIT);
      }
    }
  }

  async function bring(form, file, row) {
    const address = form.dataset.evidence;
    const part = Number(form.dataset.part);
    const token = { "x-csrftoken": form.elements._csrf_token.value };
    const json = Object.assign({ "content-type": "application/json" }, token);
    row.say("Reading");
    const hash = await hashes(file, part, row);
    const ask = JSON.stringify({ sha256: hash.sha256, size: file.size, media_type: file.type });
    row.at(0);
    await again(row, async function () {
      let state = JSON.parse(await send("POST", address + "/uploads", ask, json));
      while (state.state !== "complete") {
        if (state.state === "parts") {
          const there = new Set(state.parts);
          row.say(there.size ? "Going on where it was" : "Sending");
          for (let number = 0; number < hash.parts.length; number += 1) {
            if (there.has(number)) continue;
            const start = number * part;
            const headers = Object.assign({ "x-part-sha256": hash.parts[number] }, token);
            await send("PUT", address + "/uploads/" + hash.sha256 + "/parts/" + number, file.slice(start, start + part), headers,
              function (bytes) { row.say("Sending"); row.at((start + bytes) / file.size); });
          }
        } else if (state.state === "refused") {
          throw new Refused(state.says, "Choose the file again.");
        } else {
          row.say("Checking");
          await wait(500);
        }
        state = JSON.parse(await send("POST", address + "/uploads/" + hash.sha256 + "/complete", "", token));
      }
    });
    row.at(1);
    row.say("Looking into it");
    const attach = JSON.stringify({
      sha256: hash.sha256, kind: form.elements.kind.value, name: file.name, sample_id: form.elements.sample.value,
    });
    return JSON.parse(await again(row, function () { return send("POST", address + "/attach", attach, json); }));
  }

  // The parts of the page that tell how things stand, fetched anew; what somebody types elsewhere stays.
  async function freshen() {
    try {
      const answer = await fetch(window.location.pathname, { credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelectorAll("[data-fresh]").forEach(function (old) {
        const fresh = page.getElementById(old.id);
        if (fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true));
      });
    } catch (fault) { /* Loading the page tells the same. */ }
  }

  function adviseToZip(form, files) {
    const large = Array.from(files).filter(function (file) { return file.size >= Number(form.dataset.large); });
    return large.length >= Number(form.dataset.several);
  }

  async function sendAll(form, files) {
    const list = form.querySelector(".sending");
    const told = form.querySelector("[role=status]");
    const button = form.querySelector("button[type=submit]");
    // Rows tell of files to the eye, and then these words are for the ear alone; without a file there is no row.
    told.className = files.length ? "aside" : "lacking";
    if (!files.length) { told.textContent = ""; form.elements.files.focus(); told.textContent = "Choose a file first, or several."; return; }
    const rows = Array.from(files, function (file) { const row = new Row(list, file); row.say("Waiting for its turn"); return row; });
    if (adviseToZip(form, files)) rows[0].item.insertAdjacentElement("beforebegin", advice());
    button.disabled = true;
    busy += 1;
    let taken = 0;
    for (let n = 0; n < files.length; n += 1) {
      try {
        const found = await bring(form, files[n], rows[n]);
        taken += 1;
        rows[n].end("good", found.warning ? "Added. " + found.warning : "Added.");
      } catch (fault) {
        rows[n].end("bad", fault instanceof Refused ? fault.says + " " + fault.doThis : "It was not added. Choose it again.");
      }
      await freshen();
    }
    busy -= 1;
    button.disabled = false;
    form.elements.files.value = "";
    const refused = files.length - taken;
    told.textContent = taken + (taken === 1 ? " file was added" : " files were added") +
      (refused ? ", " + refused + (refused === 1 ? " was not." : " were not.") : ".");
  }

  function advice() {
    const item = document.createElement("li");
    const words = document.createElement("span");
    words.className = "file-says";
    words.textContent = "These are several large files. Zipped into one archive they are quicker to send and to open; they are sent as they are, too.";
    item.append(words);
    return item;
  }

  document.querySelectorAll("form.adding").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      sendAll(form, Array.from(form.elements.files.files));
    });
    const place = form.closest(".place");
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = "You can also drop files anywhere on this part of the page.";
    form.append(hint);
    let over = 0;
    place.addEventListener("dragenter", function (event) { event.preventDefault(); over += 1; place.classList.add("dragged"); });
    place.addEventListener("dragover", function (event) { event.preventDefault(); });
    place.addEventListener("dragleave", function () { over -= 1; if (over <= 0) { over = 0; place.classList.remove("dragged"); } });
    place.addEventListener("drop", function (event) {
      event.preventDefault();
      over = 0;
      place.classList.remove("dragged");
      const files = Array.from(event.dataTransfer.files);
      if (files.length) sendAll(form, files);
    });
  });

  window.addEventListener("beforeunload", function (event) { if (busy) event.preventDefault(); });
})();
