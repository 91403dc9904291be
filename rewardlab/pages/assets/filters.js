"use strict";
// The filters above the table.

const FILTERS = {
  finding: (row, value) => row.findings.has(Number(value)),
  flat: (row, value) => (value === "flat" ? row.flat !== "" : groupName(row.flat) === value),
  reason: (row, value) => (value === "scored" ? !row.reason : value === "unscored" ? row.reason !== "" : row.reason === value),
  side: (row, value) => (value.startsWith("reads ") ? row.read === value.slice(6) : value === "near miss"
    ? row.right === 0 && row.span !== null : sideOf(row) === value),
  odd: (row, value) => isOdd(row) === (value === "disagreement"),
};

function fillFilters() {
  const held = (key) => [...new Set(lab.rows.map((row) => row[key]))].filter(Boolean).sort();
  const titles = [...document.querySelectorAll(".finding h3")].map((title) => title.textContent);
  fill("finding", lab.data.findings.map((finding, place) => [place, titles[place] ?? finding.code])
    .filter(([place]) => lab.data.findings[place].rows.length));
  fill("flat", [["informative", "informative"], ["flat", "flat, for any reason"], ...held("flat").map((flat) => [groupName(flat), groupName(flat)])]);
  fill("reason", [["scored", "scored"], ["unscored", "without a score"], ...held("reason").map((one) => [one, one.replaceAll("_", " ")])]);
  fill("side", ["success", "failure", "near miss", ...held("read").map((read) => `reads ${read}`)].map((one) => [one, one]));
  fill("odd", [["disagreement", "disagreement"], ["agreement", "agreement"]]);
}

function fill(key, options) {
  const list = document.getElementById(`by-${key}`);
  for (const [value, name] of options) list.append(new Option(name, value));
}

function chosenFilters() {
  const tests = [];
  for (const [key, test] of Object.entries(FILTERS)) {
    const { value } = document.getElementById(`by-${key}`);
    if (value !== "") tests.push((row) => test(row, value));
  }
  const length = document.getElementById("by-length").valueAsNumber;
  if (length > 0) tests.push((row) => row.length >= length);
  const words = document.getElementById("search").value.trim().toLowerCase();
  if (words) tests.push((row) => searched(row).includes(words));
  return tests;
}

function searched(row) {
  row.searched ??= `${row.id} [${row.index}]\n${row.prompt.text}\n${row.text}\n${row.detail}`.toLowerCase();
  return row.searched;
}

function applyFilters() {
  const tests = chosenFilters();
  lab.kept = tests.length ? lab.rows.filter((row) => tests.every((test) => test(row))) : lab.rows;
  timed("filter", () => {
    const kept = new Set(lab.kept);
    if (tests.length) table.setFilter((row) => kept.has(lab.rows[row.n]));
    else table.clearFilter();
  });
  const count = lab.kept.length;
  document.getElementById("count").textContent =
    count === lab.rows.length ? count.toLocaleString("en") : `${count.toLocaleString("en")} of ${lab.rows.length.toLocaleString("en")}`;
}

function clearFilters() {
  for (const element of document.querySelectorAll(".filters input, .filters select")) element.value = "";
  applyFilters();
}

function showFinding(place) {
  for (const element of document.querySelectorAll(".filters input, .filters select")) element.value = "";
  document.getElementById("by-finding").value = String(place);
  applyFilters();
  document.getElementById("generations").scrollIntoView();
  document.getElementById("by-finding").focus({ preventScroll: true });
}
