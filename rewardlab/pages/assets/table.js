"use strict";
// The table of generations: Tabulator draws the rows that are in sight.

let table = null;

// A cell's value as text: Tabulator would read a string as markup.
function plain(cell) {
  return document.createTextNode(String(cell.getValue() ?? ""));
}

// The generation of a row of the table; Tabulator's own getData copies it, which takes long.
function ownOf(row) {
  return lab.rows[row.getIndex()];
}

function number(cell) {
  return document.createTextNode(numberOf(cell.getValue()));
}

function opening(cell) {
  const row = ownOf(cell.getRow());
  const link = make("a", "", row.id);
  link.href = linkOf(row);
  return link;
}

function outcome(cell) {
  const row = ownOf(cell.getRow());
  const side = sideOf(row);
  return make("span", `side ${side}`, row.reason ? row.reason.replaceAll("_", " ") : side);
}

function verdicts(cell) {
  const box = make("span", "chips");
  for (const judge of ownOf(cell.getRow()).judges) {
    const chip = make("span", `chip verdict-${judge.right === 1 ? "right" : judge.right === 0 ? "wrong" : "none"}`,
      judge.verdict.slice(0, 12) || "–");
    chip.title = judge.name;
    box.append(chip);
  }
  return box;
}

function snippet(cell) {
  const text = cell.getValue();
  return document.createTextNode(text.length > 200 ? `${text.slice(0, 140)} … ${text.slice(-50)}` : text);
}

// Texts in the order of people: p2 before p10.
const collator = new Intl.Collator("en", { numeric: true });

function byText(a, b) {
  return collator.compare(a, b);
}

// Numbers in order, those without one last in both directions.
function byNumber(a, b, _first, _second, _column, direction) {
  const last = direction === "asc" ? Infinity : -Infinity;
  return (a ?? last) - (b ?? last) || 0;
}

function columnsOf() {
  const columns = [
    { title: "Prompt", field: "id", formatter: opening, width: 130 },
    { title: "#", field: "index", sorter: byNumber, hozAlign: "right", width: 64, headerTooltip: "index of the generation" },
    { title: "Score", field: "score", formatter: number, sorter: byNumber, hozAlign: "right", width: 100 },
    { title: "Outcome", field: "side", formatter: outcome, width: 124 },
    { title: "Text", field: "text", formatter: snippet, headerSort: false, minWidth: 220 },
    { title: "Reads as", field: "read", width: 118 },
    { title: "Worth", field: "queue", formatter: (cell) => document.createTextNode(cell.getValue() ? numberOf(cell.getValue()) : ""), sorter: byNumber, hozAlign: "right", width: 104,
      headerTooltip: "how telling a label would be" },
    { title: "Length", field: "length", sorter: byNumber, hozAlign: "right", width: 110 },
    { title: "Group", field: "flat", formatter: (cell) => document.createTextNode(groupName(cell.getValue())), width: 140 },
    { title: "Label", field: "label", width: 98 },
  ];
  const judges = { title: "Judges", field: "odd", formatter: verdicts, sorter: byNumber, width: 48 + 38 * lab.data.judges.length,
    headerTooltip: "each judge's verdict; sorts by how far they contradict the reward" };
  if (lab.data.judges.length) columns.splice(4, 0, judges);
  const telling = (field) => !["read", "queue", "flat"].includes(field) || lab.rows.some((row) => row[field]);
  return columns.filter((column) => telling(column.field));
}

function groupName(flat) {
  return flat ? flat.replaceAll("_", " ") : "informative";
}

function drawTable(done) {
  for (const row of lab.rows) Object.assign(row, { side: sideOf(row), label: labels.of(row) });
  table = new Tabulator("#table", {
    data: lab.rows,
    index: "n",
    height: "32rem",
    layout: "fitColumns",
    reactiveData: false,
    nestedFieldSeparator: false,
    placeholder: "No generation meets these filters.",
    columnDefaults: { formatter: plain, sorter: byText, resizable: true, tooltip: false },
    columns: columnsOf(),
    rowHeight: 34,
  });
  table.on("rowClick", (event, row) => {
    if (!event.target.closest("a")) group.open(ownOf(row), listed());
  });
  table.on("tableBuilt", () => {
    nameParts();
    done();
  });
}

// Tabulator's grid holds a focusable box without a role, in which its rows stand: the box becomes their group.
function nameParts() {
  const grid = document.getElementById("table");
  const box = grid.querySelector(".tabulator-tableholder");
  box.setAttribute("role", "rowgroup");
  box.setAttribute("aria-label", "generations");
  grid.querySelector(".tabulator-table").setAttribute("role", "presentation");
  grid.removeAttribute("aria-owns");
  grid.setAttribute("aria-label", "generations");
}

// The rows that meet the filters, in the order of the table. Tabulator would tell too, and take half a second for it.
function listed() {
  const rows = [...lab.kept];
  for (const { field, dir, column } of table ? table.getSorters() : []) {
    const { sorter } = column.getDefinition();
    const turn = dir === "asc" ? 1 : -1;
    rows.sort((a, b) => turn * sorter(a[field], b[field], null, null, null, dir));
  }
  return rows;
}
