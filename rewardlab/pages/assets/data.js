"use strict";
// Reads the page's data: gzipped JSON in columns becomes one object for each generation.

const lab = { data: null, rows: [], kept: [], prompts: [], places: new Map(), timings: {} };

async function readData() {
  const packed = bytesOf(document.getElementById("data").textContent);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  lab.data = JSON.parse(await new Response(stream).text());
  lab.prompts = lab.data.prompts.map((prompt, number) => ({ ...prompt, number, rows: [] }));
  lab.rows = lab.data.rows.p.map((_, n) => rowOf(lab.data, n));
  lab.kept = lab.rows;
  for (const row of lab.rows) row.prompt.rows.push(row);
  for (const prompt of lab.prompts) {
    if (!lab.places.has(prompt.id)) lab.places.set(prompt.id, prompt);
  }
  lab.data.findings.forEach((finding, place) => {
    for (const n of finding.rows) lab.rows[n].findings.add(place);
  });
  const byId = new Map(lab.prompts.map((prompt) => [prompt.raw ?? prompt.id, prompt]));
  for (const [id, index, annotator, label] of lab.data.labels) {
    byId.get(id)?.rows.find((row) => row.index === index)?.known.push({ annotator, label });
  }
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function rowOf(data, n) {
  const columns = data.rows;
  const prompt = lab.prompts[columns.p[n]];
  return {
    n,
    prompt,
    id: prompt.id,
    index: columns.i[n],
    score: columns.score[n],
    right: columns.right[n],
    reason: columns.reason[n],
    detail: columns.detail[n],
    ms: columns.ms[n],
    length: columns.length[n],
    cut: columns.cut[n] === 1,
    read: columns.read[n],
    odd: columns.odd[n],
    queue: columns.queue[n],
    because: columns.because[n],
    text: data.texts[n],
    span: data.spans[n],
    flat: prompt.flat,
    judges: data.judges.map((judge) => ({
      name: judge.name,
      verdict: judge.verdict[n],
      right: judge.right[n],
      said: judge.said[n],
    })),
    components: data.components.map((one) => ({ name: one.name, value: one.values[n] })),
    findings: new Set(),
    known: [], // the labels that the run has
    searched: null,
  };
}

// What a generation came to, in a word.
function sideOf(row) {
  if (row.reason) return "unscored";
  return row.right ? "success" : "failure";
}

// Whether judges part, or judges, labels or the text contradict the reward.
function isOdd(row) {
  const said = row.judges.map((judge) => judge.right ?? judge.verdict).filter((one) => one !== "" && one !== null);
  const contradicted = (row.right === 1 && row.read === "wrong") || (row.right === 0 && row.read === "right");
  return row.odd > 0 || contradicted || new Set(said).size > 1;
}

function linkOf(row) {
  return `#gen=${encodeURIComponent(row.id)}:${row.index}`;
}

function numberOf(value) {
  return value === null ? "–" : String(Number(value.toPrecision(4)));
}

// An element with a class, text and children; texts are never markup.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// How long a piece of work takes, kept for the bench (bench/page.py).
function timed(name, work) {
  const started = performance.now();
  const result = work();
  lab.timings[name] = performance.now() - started;
  return result;
}
