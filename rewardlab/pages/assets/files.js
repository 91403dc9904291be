"use strict";
// Files that the page hands out: CSV, made here and saved by the browser.

function csvOf(rows) {
  return rows.map((row) => row.map(fieldOf).join(",")).join("\r\n") + "\r\n";
}

function fieldOf(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// A spreadsheet takes a text that begins so for a formula; an apostrophe keeps it a text.
function harmless(text) {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function saveRows(rows) {
  const judges = lab.data.judges.map((judge) => harmless(judge.name));
  const parts = lab.data.components.map((part) => harmless(part.name));
  const head = ["prompt_id", "index", "score", "outcome", "reason", "detail", "group", "length", "cut", "reads as"];
  const lines = rows.map((row) => [
    harmless(row.id), row.index, row.score, sideOf(row), row.reason, harmless(row.detail), row.flat || "informative",
    row.length, row.cut, row.read, labels.of(row), ...row.judges.map((judge) => harmless(judge.verdict)),
    ...row.components.map((part) => part.value), harmless(row.text),
  ]);
  save("generations.csv", csvOf([[...head, "label", ...judges, ...parts, "text"], ...lines]));
}

function saveLabels() {
  save("labels.csv", csvOf(labels.rows(document.getElementById("annotator").value.trim())));
}
