"use strict";
// Starts the page: reads the data, draws the table, and listens to links, buttons and keys.

function openLink() {
  const found = /^#gen=(.*):(\d+)$/.exec(location.hash);
  if (!found) return;
  let id = found[1];
  try {
    id = decodeURIComponent(id);
  } catch {
    // It is taken as it stands.
  }
  const row = lab.places.get(id)?.rows.find((one) => one.index === Number(found[2]));
  if (row) group.open(row, group.dialog.open && group.list.includes(row) ? group.list : listed());
  else {
    tell(`This page does not hold generation ${found[2]} of ${id}.`);
    document.getElementById("generations").scrollIntoView();
  }
}

function tell(text) {
  document.getElementById("labelled").textContent = text;
}

function showLabels(row) {
  if (row) {
    row.label = labels.of(row);
    table.updateData([{ n: row.n, label: row.label }]);
    if (group.dialog.open) {
      group.draw();
      group.show();
    }
  }
  const count = labels.given.size;
  const kept = lab.data.labels.length;
  document.getElementById("save-labels").disabled = !count;
  tell(count ? `${count} labelled here${kept ? `, ${kept} in the run before` : ""}` : "");
}

function startQueue() {
  const list = queueOf(listed());
  if (list.length) group.open(list[0], list);
  else tell("Nothing here is worth a label more than the rest: choose any generation.");
}

const KEYS = {
  ArrowRight: () => group.step(1),
  ArrowLeft: () => group.step(-1),
  "]": () => group.leap(1),
  "[": () => group.leap(-1),
  r: () => labels.give(group.row, "right"),
  w: () => labels.give(group.row, "wrong"),
  u: () => labels.give(group.row, "unsure"),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  if (group.dialog.open) {
    if (!KEYS[event.key]) return;
    KEYS[event.key]();
  } else if (event.key === "/") document.getElementById("search").focus();
  else if (event.key === "q") startQueue();
  else return;
  event.preventDefault();
}

function listen() {
  const on = (id, kind, work) => document.getElementById(id).addEventListener(kind, work);
  let waiting = 0;
  for (const element of document.querySelectorAll(".filters input, .filters select")) {
    element.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(applyFilters, element.type === "search" ? 120 : 0);
    });
  }
  for (const element of document.querySelectorAll("[data-finding]")) {
    element.addEventListener("click", () => showFinding(element.dataset.finding));
  }
  on("clear", "click", clearFilters);
  on("start-queue", "click", startQueue);
  on("save-rows", "click", () => saveRows(listed()));
  on("save-labels", "click", saveLabels);
  document.addEventListener("keydown", pressed);
  addEventListener("hashchange", openLink);
  group.dialog.addEventListener("close", () => history.replaceState(null, "", "#generations"));
}

async function start() {
  group.dialog = document.getElementById("group");
  await readData();
  labels.read();
  labels.changed = showLabels;
  fillFilters();
  drawTable(() => {
    listen();
    applyFilters();
    showLabels(null);
    openLink();
    document.documentElement.dataset.ready = "yes";
    lab.timings.ready = performance.now();
  });
}

// After the first paint: the verdict is read while the data is unpacked.
requestAnimationFrame(() => setTimeout(start));
