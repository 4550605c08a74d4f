// SHA-256 of a file of any size, piece by piece, beside the page: the browser's own digest wants it all in memory.
"use strict";

const K = new Uint32Array(64);
(function () {
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) { prime = false; break; }
    if (prime) {
      const root = Math.cbrt(n);
      K[found] = (root - Math.floor(root)) * 4294967296;
      found += 1;
    }
  }
})();

function Sha256() {
  this.state = new Uint32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
  this.words = new Int32Array(64);
  this.rest = new Uint8Array(64);
  this.waiting = 0;
  this.length = 0;
}

Sha256.prototype.block = function (bytes, at) {
  const w = this.words;
  for (let i = 0; i < 16; i += 1, at += 4) {
    w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  const s = this.state;
  let a = s[0] | 0, b = s[1] | 0, c = s[2] | 0, d = s[3] | 0, e = s[4] | 0, f = s[5] | 0, g = s[6] | 0, h = s[7] | 0;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
};

Sha256.prototype.take = function (bytes) {
  let at = 0;
  this.length += bytes.length;
  if (this.waiting) {
    at = Math.min(64 - this.waiting, bytes.length);
    this.rest.set(bytes.subarray(0, at), this.waiting);
    this.waiting += at;
    if (this.waiting < 64) return;
    this.block(this.rest, 0);
    this.waiting = 0;
  }
  for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
  this.rest.set(bytes.subarray(at));
  this.waiting = bytes.length - at;
};

Sha256.prototype.end = function () {
  const tail = new Uint8Array(this.waiting < 56 ? 64 : 128);
  tail.set(this.rest.subarray(0, this.waiting));
  tail[this.waiting] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(this.length / 0x20000000));
  view.setUint32(tail.length - 4, (this.length << 3) >>> 0);
  for (let at = 0; at < tail.length; at += 64) this.block(tail, at);
  return Array.from(this.state, function (word) { return word.toString(16).padStart(8, "0"); }).join("");
};

// Asked {file, part}: answers {done} while it reads, then {sha256, parts} with the hash of each part, or {fault}.
self.onmessage = async function (message) {
  const file = message.data.file;
  const size = message.data.part;
  try {
    const whole = new Sha256();
    const parts = [];
    for (let start = 0; start < file.size; start += size) {
      const bytes = new Uint8Array(await file.slice(start, start + size).arrayBuffer());
      const one = new Sha256();
      one.take(bytes);
      parts.push(one.end());
      whole.take(bytes);
      self.postMessage({ done: Math.min(file.size, start + size) });
    }
    self.postMessage({ sha256: whole.end(), parts: parts });
  } catch (fault) {
    self.postMessage({ fault: String(fault) });
  }
};
