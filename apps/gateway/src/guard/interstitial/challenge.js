"use strict";
(function () {
  var K = [], H0 = [], n = 0, c = 2;
  function frac(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  while (n < 64) {
    var prime = true;
    for (var f = 2; f * f <= c; f++) if (c % f === 0) { prime = false; break; }
    if (prime) {
      if (n < 8) H0[n] = frac(Math.pow(c, 1 / 2));
      K[n++] = frac(Math.pow(c, 1 / 3));
    }
    c++;
  }
  var W = new Int32Array(64);
  // The first word of the digest of a text of at most 55 bytes: one block.
  function first(text) {
    var i, w = W.fill(0);
    for (i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    w[i >> 2] |= 128 << (24 - 8 * (i & 3));
    w[15] = text.length * 8;
    for (i = 16; i < 64; i++) {
      var x = w[i - 15], y = w[i - 2];
      var s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      var s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    var a = H0[0], b = H0[1], d = H0[2], e = H0[3], g = H0[4], h = H0[5], j = H0[6], k = H0[7];
    for (i = 0; i < 64; i++) {
      var t1 = (k + (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7))) +
        ((g & h) ^ (~g & j)) + K[i] + w[i]) | 0;
      var t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & d) ^ (b & d))) | 0;
      k = j; j = h; h = g; g = (e + t1) | 0; e = d; d = b; b = a; a = (t1 + t2) | 0;
    }
    return (a + H0[0]) | 0;
  }
  var number = 0;
  function search() {
    for (var end = number + 5000; number < end; number++) {
      if (first("@id:" + number) >>> (32 - @bits) === 0) return send();
    }
    setTimeout(search, 0);
  }
  function send() {
    var request = new XMLHttpRequest();
    request.open("POST", "@pathchallenge");
    request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.onload = function () {
      if (request.status === 200) location.reload();
      else document.getElementById("say").textContent = "The check failed. Please load the page again.";
    };
    request.send("sealed=" + encodeURIComponent("@sealed") + "&answer=" + number);
  }
  search();
})();
